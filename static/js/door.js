/* The door without a line: an addition to a page that works without any script.

   Today's names stay on the device encrypted, until midnight at the post or the end of the session;
   scans, which name nobody, until they are sent. */
(() => {
  "use strict";

  const form = document.getElementById("form");
  const field = document.getElementById("code");
  const outcome = document.getElementById("outcome");
  const line = document.getElementById("line");
  const late = document.getElementById("late");
  if (!window.isSecureContext || !window.indexedDB || !crypto.subtle || !navigator.serviceWorker) return;

  const PATIENCE = 4000, BEAT = 5000, FRESH = 60_000, IDLE = 3_600_000, DAY = 86_400_000, BATCH = 20;

  let token = form.elements.csrf_token.value;
  let list = null;
  let away = !navigator.onLine;
  let pressedAt = Date.now();
  let busy = false, warned = false, audio = null, midnight = 0;
  let turn = Promise.resolve();
  const entered = new Map();

  class LoggedOut extends Error {}

  /* What the device keeps. */

  const database = new Promise((resolve, reject) => {
    const asked = indexedDB.open("door", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("kept");
      asked.result.createObjectStore("scans", { keyPath: "id" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  async function store(name, mode, act) {
    const transaction = (await database).transaction(name, mode, { durability: "strict" });
    const asked = act(transaction.objectStore(name));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked && asked.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  const scansKept = () => store("scans", "readonly", scans => scans.getAll());

  async function listKey() {
    const known = await store("kept", "readonly", kept => kept.get("key"));
    if (known) return known;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await store("kept", "readwrite", kept => kept.put(made, "key"));
    return made;
  }

  async function keepList(fresh) {
    list = fresh;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(fresh));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await listKey(), plain);
    await store("kept", "readwrite", kept => kept.put({ until: fresh.until, iv, data }, "list"));
    clearTimeout(midnight);
    midnight = setTimeout(dropOldList, Math.min(fresh.until - Date.now() + 500, DAY));
  }

  async function findList() {
    const found = await store("kept", "readonly", kept => kept.get("list"));
    if (!found || found.until <= Date.now()) return forget("list");
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: found.iv }, await listKey(), found.data);
      await keepList(JSON.parse(new TextDecoder().decode(plain)));
    } catch {
      await forget("list");
    }
  }

  async function dropOldList() {
    if (list && list.until <= Date.now()) await forget("list");
  }

  async function forget(...names) {
    list = null;
    await store("kept", "readwrite", kept => names.forEach(name => kept.delete(name)));
  }

  /* The line. */

  async function ask(address, options = {}) {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(address, { cache: "no-store", redirect: "manual", signal, ...options });
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new LoggedOut();
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  async function refresh() {
    const [fresh, { keys }] = await Promise.all([ask("manifest.json"), ask("/verification-keys.json")]);
    const { token: freshToken, seconds_left: left, ...rest } = fresh;
    token = freshToken;
    await keepList({ ...rest, keys, askedAt: Date.now(), until: Date.now() + left * 1000 });
    for (const scan of await scansKept()) note(scan.reference, scan.since);
  }

  async function send(scans) {
    const now = Date.now();
    const told = scans.map(({ id, typed, at }) => ({ id, typed, seconds_ago: Math.max(0, Math.round((now - at) / 1000)) }));
    const post = () => ask("scans", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ scans: told }),
    });
    try {
      return (await post()).results;
    } catch (error) {
      if (error.message !== "400") throw error;
      await refresh(); // somebody logged in anew: the token is another
      return (await post()).results;
    }
  }

  async function sendKept() {
    for (let scans; (scans = (await scansKept()).slice(0, BATCH)).length; tell()) {
      for (const result of await send(scans)) {
        if (!result.enters) {
          late.append(inHtml(result.html));
          late.hidden = false;
        }
        await store("scans", "readwrite", kept => kept.delete(result.id));
      }
    }
  }

  async function beat() {
    const isIdle = Date.now() - pressedAt > IDLE; // a door that is left alone is logged out like any page
    const isStale = !list || Date.now() - list.askedAt > FRESH;
    if (busy || !navigator.onLine || !(away || (await scansKept()).length || (isStale && !isIdle))) return;
    busy = true;
    try {
      await sendKept();
      await refresh();
      away = false;
    } catch (error) {
      if (error instanceof LoggedOut) await leave();
      else away = true;
    } finally {
      busy = false;
      tell();
    }
  }

  async function leave() {
    await forget("list", "key");
    show(outcomeOf({ state: "logged_out" }));
  }

  /* What a scan is worth where the line is lost. */

  async function judge(typed) {
    await dropOldList();
    if (!list) return { state: "no_list" };
    const text = typed.trim().split("/").pop();
    return text[1] === "." ? judgeCode(text.toUpperCase()) : judgePerson(doorCodes.referenceIn(text));
  }

  async function judgeCode(text) {
    const code = await doorCodes.read(text, list.keys, list.people);
    if (!code) return { state: "forged" };
    return code.purpose === "C" ? { state: "package" } : judgePerson(code.reference, code.moment);
  }

  function judgePerson(reference, moment) {
    if (!reference) return { state: "unknown" };
    if (reference.slice(0, 3) !== list.post) return { state: "other_post" };
    const person = list.people.find(one => one.reference === reference);
    const day = moment && moment.slice(0, 8);
    if (!person) return { state: day && day !== list.day ? (day > list.day ? "early" : "late") : "unlisted" };
    if (person.state === "cancelled" || person.state === "held") return { state: person.state, person };
    if (moment && moment !== person.moment) return { state: "moved", person };
    return { state: person.state === "attended" || entered.has(reference) ? "already" : "in", person };
  }

  /* What the guard sees and hears. */

  function note(reference, since) {
    entered.set(reference, since);
    const person = list && list.people.find(one => one.reference === reference);
    if (person && person.state !== "attended") Object.assign(person, { state: "attended", since });
  }

  function inHtml(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  }

  function outcomeOf({ state, person }) {
    const told = document.getElementById(`told-${state}`).content.cloneNode(true);
    if (!person) return told;
    const facts = document.getElementById("told-person").content.cloneNode(true);
    const texts = { ...person, names: person.names.join("\n"), size: person.names.length };
    for (const place of facts.querySelectorAll("[data-fill]")) {
      place.textContent = texts[place.dataset.fill];
      if (!place.textContent) place.parentElement.remove();
    }
    told.firstElementChild.append(facts);
    return told;
  }

  function show(told) {
    outcome.replaceChildren(told);
    sound(Boolean(outcome.querySelector(".enter")));
  }

  function sound(enters) {
    audio ??= new AudioContext();
    for (const [pitch, after, length] of enters ? [[880, 0, 0.15]] : [[220, 0, 0.2], [220, 0.3, 0.2]]) {
      const tone = new OscillatorNode(audio, { frequency: pitch });
      tone.connect(new GainNode(audio, { gain: 0.3 })).connect(audio.destination);
      tone.start(audio.currentTime + after);
      tone.stop(audio.currentTime + after + length);
    }
  }

  async function tell() {
    const number = (await scansKept()).length;
    const parts = [away && line.dataset.away.replace("#", list ? list.as_of : "–")];
    parts.push(number && line.dataset.waiting.replace("#", number));
    line.textContent = parts.filter(Boolean).join(" ");
  }

  async function take(typed) {
    const scan = { id: crypto.randomUUID(), typed, at: Date.now() };
    if (!away) {
      try {
        const [told] = await send([scan]);
        show(inHtml(told.html));
        if (told.enters) note(told.reference, "");
        return list && (await keepList(list));
      } catch (error) {
        if (error instanceof LoggedOut) return leave();
        away = true;
      }
    }
    const found = await judge(typed);
    if (found.state === "in") {
      const since = new Date().toTimeString().slice(0, 5);
      await store("scans", "readwrite", kept => kept.put({ ...scan, reference: found.person.reference, since }));
      show(outcomeOf(found));
      note(found.person.reference, since);
    } else show(outcomeOf(found));
    return tell();
  }

  function submitted(event) {
    const typed = field.value;
    if ((event.submitter && event.submitter.name) || !typed.trim()) return;
    event.preventDefault();
    pressedAt = Date.now();
    field.value = "";
    field.focus();
    turn = turn.then(() => take(typed));
  }

  /* Logging out destroys what the device keeps: scans are sent first. */
  async function leaving(event) {
    if (warned) return;
    event.preventDefault();
    await beat();
    const number = (await scansKept()).length;
    warned = number > 0;
    if (warned) line.textContent = line.dataset.leaving.replace("#", number);
    else location.assign(event.target.href);
  }

  async function start(opened) {
    opened.onversionchange = () => opened.close();
    await findList();
    for (const scan of await scansKept()) note(scan.reference, scan.since);
    form.addEventListener("submit", submitted);
    for (const link of document.querySelectorAll(".account a[href$='/logout']")) link.addEventListener("click", leaving);
    window.addEventListener("offline", () => tell((away = true)));
    window.addEventListener("online", beat);
    setInterval(beat, BEAT);
    navigator.serviceWorker.register("worker.js");
    tell();
    await beat();
  }

  database.then(start, () => {}); // where nothing can be kept, the page works as it is
})();
