/*
 * A form with data-passkey="get" or "create" shows or makes a passkey when it is sent. What is
 * needed comes fresh from data-passkey-options; the answer goes with the form, as JSON in its field
 * "credential". The form is hidden until here, for without JavaScript it can do nothing.
 */

const FAILED = "No passkey was used. Try again, or choose another way.";

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function text(buffer) {
  if (!buffer) return null;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function listed(credentials) {
  return (credentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

function needed({ publicKey }, ceremony) {
  const ready = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (ceremony === "get") return { ...ready, allowCredentials: listed(publicKey.allowCredentials) };
  return {
    ...ready,
    user: { ...publicKey.user, id: bytes(publicKey.user.id) },
    excludeCredentials: listed(publicKey.excludeCredentials),
  };
}

function said(credential) {
  const { response } = credential;
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = text(response.attestationObject);
  } else {
    answer.authenticatorData = text(response.authenticatorData);
    answer.signature = text(response.signature);
    answer.userHandle = text(response.userHandle);
  }
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response: answer,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function ask(form) {
  const answer = await fetch(form.dataset.passkeyOptions, {
    method: "POST", credentials: "same-origin", redirect: "error",
    headers: { "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value },
  });
  if (!answer.ok) throw new Error(String(answer.status));
  const publicKey = needed(await answer.json(), form.dataset.passkey);
  return navigator.credentials[form.dataset.passkey]({ publicKey });
}

function failed(form, words) {
  const told = form.querySelector("[data-passkey-failed]");
  told.textContent = words;
  told.hidden = !words;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  for (const words of document.querySelectorAll("[data-passkey-instead]")) words.hidden = true;
  const field = form.elements.namedItem("credential");
  field.value = "";
  // Before any other listener: what is not answered yet is not sent.
  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    failed(form, "");
    try {
      field.value = JSON.stringify(said(await ask(form)));
      form.requestSubmit();
    } catch {
      failed(form, FAILED);
    }
  });
}
