"use strict";
(() => {
  const sealed = JSON.parse(document.getElementById("sealed").textContent);
  const form = document.getElementById("open");
  const said = document.getElementById("said");
  const calls = document.getElementById("calls");
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

  async function opened(passphrase) {
    const words = new TextEncoder().encode(passphrase.trim());
    const base = await crypto.subtle.importKey("raw", words, "PBKDF2", false, ["deriveKey"]);
    const key = await crypto.subtle.deriveKey(
      { name: "PBKDF2", hash: "SHA-256", salt: bytes(sealed.salt), iterations: sealed.rounds },
      base, { name: "AES-GCM", length: 256 }, false, ["decrypt"],
    );
    const nonce = { name: "AES-GCM", iv: bytes(sealed.nonce) };
    const plain = await crypto.subtle.decrypt(nonce, key, bytes(sealed.data));
    return JSON.parse(new TextDecoder().decode(plain));
  }

  const add = (parent, name, text, of = {}) => {
    const made = Object.assign(document.createElement(name), of);
    if (text) made.textContent = text;
    parent.append(made);
    return made;
  };

  function age(pack) {
    const minutes = Math.floor((Date.now() - new Date(pack.madeAt)) / 60000);
    const old = minutes >= pack.staleAfter;
    return `As of ${pack.made}, ${minutes} minutes ago. ${old ? "It may be out of date. " : ""}`
      + `Made by ${pack.by}. ${pack.rows.length} open calls.`;
  }

  function show(pack) {
    calls.replaceChildren();
    const told = add(calls, "p", age(pack), { className: "age" });
    setInterval(() => { told.textContent = age(pack); }, 10000);
    for (const row of pack.rows) {
      const call = add(calls, "section", "", { className: "call" });
      add(call, "h3", row[0]);
      const list = add(call, "dl");
      row.forEach((value, place) => {
        if (!place || !value) return;
        add(list, "dt", pack.columns[place]);
        add(list, "dd", value);
      });
    }
    form.hidden = true;
    said.textContent = "";
    told.tabIndex = -1;
    told.focus();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "Opening …";
    try {
      show(await opened(form.elements.passphrase.value));
    } catch {
      said.textContent = "That passphrase does not open this pack.";
    }
    form.elements.passphrase.value = "";
  });

  for (const button of document.querySelectorAll("button[data-print]")) {
    button.addEventListener("click", () => {
      document.body.dataset.print = button.dataset.print;
      window.print();
    });
  }
})();
