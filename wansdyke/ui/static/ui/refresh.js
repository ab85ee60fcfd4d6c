/*
 * An element with data-refresh-every="30" (seconds), an id and perhaps data-refresh-url is fetched
 * anew while the page is in sight and nobody is at work inside it. Beside the time of the last
 * success, an element [data-refresh-status] within it says when it has fallen behind.
 */

import { clockWords } from "./autosave.js";

const fetched = new WeakMap();

function busy(element) {
  const selection = document.getSelection();
  const selecting = selection && !selection.isCollapsed && element.contains(selection.anchorNode);
  return document.hidden || element.contains(document.activeElement) || selecting;
}

function tell(element, words, state) {
  const status = element.querySelector("[data-refresh-status]");
  if (!status) return;
  status.dataset.state = state;
  status.textContent = words;
}

async function renew(element, state) {
  const address = element.dataset.refreshUrl ?? location.href;
  state.running = true;
  try {
    await window.htmx.ajax("GET", address, {
      source: element, target: element, swap: "outerHTML", select: `#${CSS.escape(element.id)}`,
      // Nobody did this: it must not keep a session alive that nobody uses.
      headers: { Automatic: "1" },
    });
  } catch { /* the element is still there, and behind says so */ }
  state.running = false;
  state.tried = Date.now();
}

function behind(element, state, period) {
  if (Date.now() - state.since < 2 * period) return;
  tell(element, `Not refreshed since ${clockWords(new Date(state.since))}`, "stale");
}

function tick() {
  for (const element of document.querySelectorAll("[data-refresh-every][id]")) {
    const period = 1000 * Number(element.dataset.refreshEvery);
    let state = fetched.get(element);
    if (!state) {
      state = { since: Date.now(), tried: Date.now(), running: false };
      fetched.set(element, state);
      tell(element, `Up to date at ${clockWords(new Date())}`, "fresh");
    }
    const due = Date.now() - state.tried >= period;
    if (due && !state.running && !busy(element)) renew(element, state);
    if (due) behind(element, state, period);
  }
}

/* A sign-in page or an error in place of the element must not take the element away. */
function onlyItself(event) {
  const { target, serverResponse } = event.detail;
  if (!target?.dataset?.refreshEvery) return;
  const answer = new DOMParser().parseFromString(serverResponse, "text/html");
  if (!answer.getElementById(target.id)) event.detail.shouldSwap = false;
}

export function keepFresh() {
  if (!window.htmx || !document.querySelector("[data-refresh-every]")) return;
  document.body.addEventListener("htmx:beforeSwap", onlyItself);
  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
}
