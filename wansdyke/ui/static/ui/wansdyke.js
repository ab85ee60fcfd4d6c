/* Starts what a page holds. Every page works without it. */

import { initAll } from "../vendor/govuk.js";
import { Autosave } from "./autosave.js";
import { keepFresh } from "./refresh.js";
import { checkBeforeSending } from "./sending.js";
import { tellOfTimeOut } from "./timeout.js";

checkBeforeSending();
initAll();

if (document.querySelector('[data-module^="moj-"]')) {
  const moj = await import("../vendor/moj.js");
  moj.initAll();
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form);

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

keepFresh();
tellOfTimeOut();
