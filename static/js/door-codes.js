/* What a signed code says, and whether it is ours: the same as portal/paper/tokens.py, without a line. */
const doorCodes = (() => {
  "use strict";

  const SHAPE = /^([AC])\.([A-Z2-7]{4})\.([A-Z]{3}[0-9A-HJKMNP-TV-Z]{8})\.([1-9][0-9]{0,5})\.([0-9]{12})\.([A-Z2-7]{103})$/;
  const SIGNED_AS = "221g portal code\n";
  const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const OTHER_DIGITS = /[\u0660-\u0669\u06f0-\u06f9\u17e0-\u17e9]/g;

  /* Return purpose, reference and local moment of a code signed with one of the keys, or null.
     A browser that cannot verify trusts references of people on the list only. */
  async function read(text, keys, people) {
    const found = SHAPE.exec(text);
    if (!found) return null;
    const [, purpose, id, plain, , moment, signature] = found;
    const code = { purpose, reference: withDashes(plain), moment };
    const key = keys.find(one => one.id === id), raw = fromBase32(signature);
    if (!key || !raw) return null;
    try {
      return (await verifies(key, raw, text.slice(0, -signature.length - 1))) ? code : null;
    } catch {
      return people.some(one => one.reference === code.reference) ? code : null;
    }
  }

  async function verifies(key, raw, said) {
    const standard = atob(key.public_key.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(standard, one => one.charCodeAt(0));
    const ours = await crypto.subtle.importKey("raw", bytes, { name: "Ed25519" }, false, ["verify"]);
    return crypto.subtle.verify({ name: "Ed25519" }, ours, raw, new TextEncoder().encode(SIGNED_AS + said));
  }

  function fromBase32(text) {
    let bits = 0, value = 0;
    const bytes = [];
    for (const letter of text) {
      value = ((value << 5) | BASE32.indexOf(letter)) & 0xfff;
      if ((bits += 5) >= 8) bytes.push((value >> (bits -= 8)) & 0xff);
    }
    return value & ((1 << bits) - 1) ? null : new Uint8Array(bytes); // there is one way to write it
  }

  /* Return the reference that somebody typed, or null. */
  function referenceIn(typed) {
    const latin = typed.normalize("NFKC").replace(OTHER_DIGITS, digit => digit.charCodeAt(0) & 15);
    const plain = latin.toUpperCase().replace(/[^A-Z0-9]/g, "");
    const body = plain.slice(3).replace(/O/g, "0").replace(/[IL]/g, "1");
    return /^[A-Z]{3}$/.test(plain.slice(0, 3)) && body.length === 8 ? withDashes(plain.slice(0, 3) + body) : null;
  }

  const withDashes = plain => `${plain.slice(0, 3)}-${plain.slice(3, 7)}-${plain.slice(7)}`;

  return { read, referenceIn };
})();
