/* Passkeys: an addition to pages that work without any script.

   A form with the id "passkey" is shown where this browser can use passkeys at this address. Sent, it asks the
   device, and takes along what the device answered; the server decides. */
(() => {
  "use strict";

  const form = document.getElementById("passkey");
  if (!form || !window.PublicKeyCredential || location.origin !== form.dataset.origin) return;

  const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const { asked, failed, known, options } = form.dataset;
  const status = form.querySelector("[role=status]");
  const unable = document.getElementById("unable");
  const shared = document.getElementById("shared_device");
  let busy = false;

  /* Bytes travel as text in base 64 of the kind for addresses. */

  function bytes(text) {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), sign => sign.charCodeAt(0));
  }

  function text(buffer) {
    const signs = Array.from(new Uint8Array(buffer), byte => String.fromCharCode(byte)).join("");
    return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function make() {
    const publicKey = JSON.parse(asked);
    publicKey.challenge = bytes(publicKey.challenge);
    publicKey.user.id = bytes(publicKey.user.id);
    for (const one of publicKey.excludeCredentials) one.id = bytes(one.id);
    return navigator.credentials.create({ publicKey });
  }

  async function use() {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    const response = await fetch(options, { method: "POST", body });
    if (!response.ok) return null;
    const publicKey = await response.json();
    publicKey.challenge = bytes(publicKey.challenge);
    return navigator.credentials.get({ publicKey });
  }

  function answer(credential) {
    const response = {};
    for (const name of PARTS) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  }

  async function ask() {
    status.textContent = "";
    try {
      const credential = await (asked ? make() : use());
      // Without one, the server says on a page of its own why it did not ask.
      form.elements.answer.value = credential ? answer(credential) : "";
      if (shared) form.elements.shared_device.value = shared.checked ? "y" : "";
      form.submit();
    } catch (error) {
      status.textContent = error.name === "InvalidStateError" && known ? known : failed;
    }
  }

  form.addEventListener("submit", async event => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    await ask();
    busy = false;
  });

  if (unable) unable.hidden = true;
  form.hidden = false;
})();
