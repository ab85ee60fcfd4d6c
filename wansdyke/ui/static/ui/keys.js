// Keys that choose an answer, for somebody who answers the same question many times: a form says
// which, as data-keys="s:same d:different". What comes after the choice is then in focus.
"use strict";
(() => {
  const form = document.querySelector("form[data-keys]");
  if (!form) return;
  const answers = new Map(form.dataset.keys.split(" ").map((one) => one.split(":")));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input[type=text], textarea, select");
    const answer = answers.get(event.key.toLowerCase());
    if (!answer || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    form.querySelector(`input[type=radio][value="${answer}"]`).checked = true;
    form.querySelector("input[type=text], textarea").focus();
  });
})();
