/*
 * Before a form is sent, the server is asked whether it is there. If it is not, nothing is sent:
 * a browser would put its own page in place of the form, and with it of everything typed.
 */

const PATIENCE = 5000;
const WORDS = "Not saved. Wansdyke cannot be reached. Keep this page open: what you typed is still "
  + "here. Try again in a minute.";

async function there() {
  const answer = await fetch("/ready/", {
    cache: "no-store", credentials: "omit", redirect: "error",
    // An older browser waits as long as it likes: it must be able to send all the same.
    signal: AbortSignal.timeout?.(PATIENCE),
  });
  return answer.ok;
}

function notSaved(form) {
  let told = form.querySelector("[data-not-saved]");
  if (!told) {
    told = document.createElement("div");
    told.className = "govuk-error-summary";
    told.dataset.notSaved = "";
    told.tabIndex = -1;
    told.setAttribute("role", "alert");
    form.prepend(told);
  }
  told.textContent = WORDS;
  told.focus();
}

async function send(form, button) {
  form.dataset.sending = "asked";
  const fine = await there().catch(() => false);
  delete form.dataset.sending;
  if (!fine) return notSaved(form);
  form.querySelector("[data-not-saved]")?.remove();
  form.dataset.sending = "now";
  form.requestSubmit(button);
  setTimeout(() => { delete form.dataset.sending; }, 0);
  return undefined;
}

export function checkBeforeSending() {
  // Before any other listener: a form that is not sent must not be taken for one that is.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // A field may be called "method", and would be found in place of the form's own.
    if (form.getAttribute("method")?.toLowerCase() !== "post" || form.dataset.sending === "now") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.dataset.sending) send(form, event.submitter);
  }, true);
}
