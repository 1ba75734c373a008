/* Sending files: an addition to a form that works without any script.

   Each file goes by itself, one after the other, with its progress. One that breaks off does not lose the others: it
   stays in the list, and the button sends again only what did not arrive. */
(() => {
  "use strict";

  const box = document.getElementById("sending");
  const form = box && box.closest("form");
  if (!form || !window.FormData || !window.XMLHttpRequest) return;

  const field = form.elements.files;
  const button = form.querySelector(".actions button");
  const status = box.querySelector("[role=status]");
  const list = document.createElement("ul");
  status.after(list);
  const arrived = box.querySelector("a").parentNode;
  let waiting = [];
  let hasAdded = false;

  function row(file) {
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    const bar = document.createElement("progress");
    const said = document.createElement("span");
    name.textContent = file.name;
    name.translate = false;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    item.append(name, " ", bar, " ", said);
    list.append(item);
    return { file, item, bar, said };
  }

  function send(one) {
    return new Promise((done) => {
      const data = new FormData();
      const request = new XMLHttpRequest();
      data.append("csrf_token", form.elements.csrf_token.value);
      data.append("files", one.file, one.file.name);
      request.open("POST", location.pathname);
      request.setRequestHeader("X-Portal-File", "1");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) one.bar.value = event.loaded / event.total;
      });
      request.addEventListener("loadend", () => {
        const answer = request.status === 200 ? request.response : null;
        done(answer && typeof answer.error === "string" ? answer.error : null);
      });
      request.send(data);
    });
  }

  function say(one, error) {
    one.said.textContent = error === null ? box.dataset.failed : error || box.dataset.added;
    one.item.classList.toggle("error", error !== "");
    one.bar.hidden = error === "" || error !== null;
  }

  async function sendAll() {
    let isRefused = false;
    button.disabled = true;
    const broken = [];
    for (const [number, one] of waiting.entries()) {
      status.textContent = `${number + 1} / ${waiting.length}`;
      one.bar.hidden = false;
      const error = await send(one);
      say(one, error);
      if (error === null) broken.push(one);
      else if (error) isRefused = true;
      else hasAdded = true;
    }
    button.disabled = false;
    waiting = broken;
    if (!broken.length && !isRefused) return location.reload();
    status.textContent = "";
    arrived.hidden = !hasAdded;
    if (broken.length) button.textContent = box.dataset.again;
    field.value = "";
  }

  form.addEventListener("submit", (event) => {
    const chosen = [...field.files];
    if (event.submitter && event.submitter !== button) return;
    if (!chosen.length && !waiting.length) return;
    event.preventDefault();
    box.hidden = false;
    if (chosen.length) {
      list.replaceChildren();
      waiting = chosen.map(row);
    }
    sendAll();
  });
})();
