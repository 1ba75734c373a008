/* The end of a session: an addition to pages that work without any script.

   Some minutes before the session ends the page says so, with a button that prolongs it. Nothing is sent and nothing
   is lost when it ends: the form, sent then, waits for the log-in. */
(() => {
  "use strict";

  const line = document.getElementById("session-end");
  const box = document.getElementById("staying");
  if (!line || !box) return;

  const WARN = 3 * 60 * 1000;
  const said = box.querySelector("[role=alert]");
  const button = box.querySelector("button");
  let ends, timer;

  function say(text, canStay) {
    if (said.textContent !== text) said.textContent = text;
    button.parentNode.hidden = !canStay;
    box.hidden = false;
  }

  function look() {
    clearTimeout(timer);
    const left = ends - Date.now();
    if (left <= 0) return say(box.dataset.over, false);
    if (left <= WARN) say(box.dataset.soon, true);
    timer = setTimeout(look, left <= WARN ? left : left - WARN);
  }

  function count(seconds) {
    ends = Date.now() + seconds * 1000;
    look();
  }

  async function stay() {
    const answer = await fetch(box.dataset.address, { cache: "no-store", redirect: "manual" });
    if (answer.type === "opaqueredirect") return say(box.dataset.over, false);
    if (!answer.ok) return;
    const { seconds, text } = await answer.json();
    line.textContent = text;
    box.hidden = true;
    said.textContent = "";
    line.tabIndex = -1;
    line.focus();
    count(seconds);
  }

  // Without a connection the button stays, to be pressed again.
  button.addEventListener("click", () => stay().catch(() => {}));
  // A telephone that slept has stopped its timers.
  document.addEventListener("visibilitychange", look);
  count(Number(line.dataset.seconds));
})();
