/*
 * Says in good time that the session is about to end, and how to stay signed in. The page holds an
 * element [data-session] with the seconds left; nobody's clock is compared. What somebody does here
 * keeps the session alive, what they do in another tab is asked for before they are disturbed. When
 * the time is over, what was typed is given to the server to keep, and the page goes.
 */

const EVERY = 60_000;
const LAST_MOMENT = 15;
const MINUTES = new Intl.NumberFormat("en-GB", { style: "unit", unit: "minute", unitDisplay: "long" });

class Session {
  constructor(dialog) {
    this.dialog = dialog;
    this.told = dialog.querySelector("[data-session-told]");
    this.stayed = dialog.querySelector("[data-session-stay]");
    this.token = dialog.querySelector("input[name=csrfmiddlewaretoken]").value;
    this.warn = Number(dialog.dataset.sessionWarn);
    this.left({ idle: Number(dialog.dataset.sessionIdle), whole: Number(dialog.dataset.sessionWhole) });
    this.touched = Date.now();
    this.changed = new Set();
    for (const kind of ["keydown", "pointerdown", "input"]) {
      document.addEventListener(kind, (event) => this.active(event), { capture: true, passive: true });
    }
    this.stayed.addEventListener("click", () => this.stay());
    // Escape means what the first button says: somebody is there.
    dialog.addEventListener("cancel", () => this.stay());
    setInterval(() => this.tick(), 1000);
    document.addEventListener("visibilitychange", () => document.hidden || this.tick());
  }

  left({ idle, whole }) {
    this.ends = Date.now() + 1000 * Math.min(idle, whole);
    this.final = whole <= idle;
    this.whole = Date.now() + 1000 * whole;
  }

  active(event) {
    const form = event.type === "input" && event.target.closest?.("form[method=post]");
    if (form && form.querySelector("input:not([type=hidden]), textarea, select")) this.changed.add(form);
    if (this.dialog.open || Date.now() - this.touched < EVERY) return;
    this.touched = Date.now();
    this.ask("POST", this.dialog.dataset.sessionStayUrl).catch(() => {});
  }

  async ask(method, address, body, headers = {}) {
    const answer = await fetch(address, {
      method, body, credentials: "same-origin", redirect: "error", cache: "no-store", keepalive: true,
      headers: { ...(method === "POST" ? { "X-CSRFToken": this.token } : { Automatic: "1" }), ...headers },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const said = await answer.json();
    if ("idle" in said) this.left(said);
    return said;
  }

  async stay() {
    try {
      await this.ask("POST", this.dialog.dataset.sessionStayUrl);
      this.touched = Date.now();
      if (this.dialog.open) this.dialog.close();
    } catch { this.say("You could not be kept signed in. Sign in again: what you typed is kept."); }
  }

  tick() {
    const seconds = Math.round((this.ends - Date.now()) / 1000);
    if (seconds > this.warn) {
      if (this.dialog.open) this.dialog.close();
      return;
    }
    if (this.over) return;
    if (seconds <= LAST_MOMENT) this.end();
    else if (!this.dialog.open) this.warned();
    else this.count(seconds);
  }

  /* Another tab may have kept the session alive. */
  async warned() {
    if (this.asking || (this.dismissed && this.final)) return;
    this.asking = true;
    await this.ask("GET", this.dialog.dataset.sessionLeftUrl).catch(() => {});
    this.asking = false;
    const seconds = Math.round((this.ends - Date.now()) / 1000);
    if (seconds > this.warn || seconds <= LAST_MOMENT) return;
    this.stayed.textContent = this.final ? "Go on until then" : "Stay signed in";
    this.count(seconds);
    this.dialog.showModal();
    this.stayed.focus();
    if (this.final) this.stayed.addEventListener("click", () => { this.dismissed = true; }, { once: true });
  }

  /* Read aloud once a minute, and at the last half. */
  count(seconds) {
    const minutes = Math.ceil(seconds / 60);
    const when = seconds <= 30 ? "less than half a minute" : MINUTES.format(minutes);
    this.say(this.final
      ? `You have been signed in for as long as one may. You will be signed out in ${when}. What you typed is kept.`
      : `You will be signed out in ${when}, because nobody has used this page. What you typed is kept.`);
  }

  say(words) {
    if (this.told.textContent !== words) this.told.textContent = words;
  }

  async end() {
    this.over = true;
    const seconds = await this.ask("GET", this.dialog.dataset.sessionLeftUrl)
      .then(() => Math.round((this.ends - Date.now()) / 1000)).catch(() => 0);
    if (seconds > LAST_MOMENT) { this.over = false; return; }
    let where = location.pathname + location.search;
    for (const form of this.changed) {
      if (!form.isConnected) continue;
      const body = new FormData(form);
      for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
      const path = new URL(form.getAttribute("action") || location.href, location.href);
      const said = await this.ask("POST", this.dialog.dataset.sessionKeepUrl, body, {
        "Kept-Path": path.pathname + path.search,
      }).catch(() => ({}));
      if (said.where) where = said.where;
    }
    // The page must not ask whether to leave: it leaves.
    window.addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
    this.dialog.querySelector("input[name=next]").value = where;
    this.dialog.querySelector("form[data-session-out]").requestSubmit();
  }
}

export function tellOfTimeOut() {
  const dialog = document.querySelector("dialog[data-session]");
  if (dialog?.showModal) new Session(dialog);
}
