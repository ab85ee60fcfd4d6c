/*
 * A form with data-autosave="/address" is sent as it is typed, and says whether it is safe.
 *
 * Each time the fields go as a form to that address, with the CSRF token in a header and two
 * more: Autosave-Page, drawn once for this page, and Autosave-Sequence, which rises. A page that
 * is being closed sends without waiting for the answer before, so the server must drop a number
 * lower than the last of the same page. An answer of 2xx means stored; as JSON it may hold
 * {"fields": {"version": "7"}}, new values for hidden inputs. Nothing is kept in the browser.
 */

const PAUSE = 400;
const RETRY = [2000, 4000, 8000, 15000];
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London", hour: "numeric", minute: "2-digit", second: "2-digit", hour12: true,
});

export function clockWords(moment) {
  return CLOCK.format(moment).replace(/\s*([ap])\.?m\.?$/i, (_, half) => `${half.toLowerCase()}m`);
}

const NOT_SAVED = "NOT saved – keep this page open, retrying.";
const SIGNED_OUT =
  "NOT saved – you have been signed out. Keep this page open, sign in again in another tab.";

class SignedOut extends Error {}
class OutOfDate extends Error {}
class Refused extends Error {}

export class Autosave {
  constructor(form) {
    this.form = form;
    this.address = form.dataset.autosave;
    this.status = form.querySelector("[data-autosave-status]")
      ?? document.querySelector("[data-autosave-status]");
    this.page = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.sequence = 0;
    this.changes = 0;
    this.saved = 0;
    this.sending = false;
    this.failures = 0;
    form.addEventListener("input", () => this.changed(PAUSE));
    form.addEventListener("change", () => this.changed(0));
    form.addEventListener("focusout", () => this.pending() && this.later(0));
    form.addEventListener("submit", () => { this.submitted = true; clearTimeout(this.timer); });
    window.addEventListener("pageshow", () => { this.submitted = false; });
    window.addEventListener("pagehide", () => this.last());
    window.addEventListener("online", () => this.pending() && this.later(0));
    document.addEventListener("visibilitychange", () => document.hidden && this.last());
    window.addEventListener("beforeunload", (event) => {
      // Not for a pause in typing: what is typed then is sent as the page goes.
      if (this.failures && this.pending() && !this.submitted) event.preventDefault();
    });
  }

  pending() { return this.saved < this.changes; }

  changed(wait) {
    this.changes += 1;
    this.later(wait);
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }

  request(keepalive) {
    this.sequence += 1;
    const body = new FormData(this.form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    return fetch(this.address, {
      method: "POST", body, keepalive, credentials: "same-origin", redirect: "manual",
      headers: {
        "X-CSRFToken": body.get("csrfmiddlewaretoken") ?? "",
        "Autosave-Page": this.page,
        "Autosave-Sequence": String(this.sequence),
      },
    });
  }

  last() {
    if (!this.pending() || this.submitted) return;
    const covered = this.changes;
    this.request(true).then((answer) => this.read(answer, covered)).catch(() => {});
  }

  async send() {
    if (this.sending || this.submitted || !this.pending()) return;
    this.sending = true;
    const covered = this.changes;
    try {
      await this.read(await this.request(false), covered);
      this.failures = 0;
      if (this.pending()) this.later(PAUSE);
    } catch (problem) {
      await this.failed(problem);
    } finally {
      this.sending = false;
    }
  }

  async read(answer, covered) {
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
    if (answer.status === 403) throw new OutOfDate();
    if (!answer.ok) throw new Refused(String(answer.status));
    if ((answer.headers.get("Content-Type") ?? "").includes("json")) {
      this.refill((await answer.json()).fields ?? {});
    }
    this.saved = Math.max(this.saved, covered);
    if (!this.pending()) this.say(`Saved at ${clockWords(new Date())}`, "saved");
  }

  refill(values) {
    for (const [name, value] of Object.entries(values)) {
      const input = this.form.elements.namedItem(name);
      if (input instanceof HTMLInputElement && input.type === "hidden") input.value = value;
    }
  }

  async failed(problem) {
    this.say(problem instanceof SignedOut ? SIGNED_OUT : NOT_SAVED, "not-saved");
    if (problem instanceof OutOfDate) await this.renewToken().catch(() => {});
    const wait = RETRY[Math.min(this.failures, RETRY.length - 1)];
    this.failures += 1;
    this.later(wait);
  }

  /* Signing in again, in another tab, makes a new token; this page's copy must follow. */
  async renewToken() {
    const answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
    if (answer.type === "opaqueredirect") return this.say(SIGNED_OUT, "not-saved");
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = fresh.querySelector("input[name=csrfmiddlewaretoken]")?.value;
    if (!token) return undefined;
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
      input.value = token;
    }
    return undefined;
  }

  say(words, state) {
    if (!this.status) return;
    // Read aloud when things turn for better or worse, not at every pause in typing.
    this.status.setAttribute("aria-live", this.status.dataset.state === state ? "off" : "polite");
    this.status.dataset.state = state;
    this.status.textContent = words;
  }
}
