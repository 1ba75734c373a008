/* Keeps the page of the door, its style and its script, so that it opens without a line. It keeps no name. */
"use strict";

const STORE = "door";
const PAGE = self.registration.scope;
const PATIENCE = 5000;

self.addEventListener("install", event => event.waitUntil(keepPage().then(() => self.skipWaiting())));
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", event => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(openPage(event));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(openPart(request));
});

async function keepPage(given) {
  const page = given || (await fetch(PAGE, { cache: "no-store", redirect: "error" }));
  if (!page.ok) throw new Error(page.status);
  const html = await page.clone().text();
  const parts = [...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(found => found[1]);
  const store = await caches.open(STORE);
  const known = await Promise.all(parts.map(part => store.match(part)));
  await store.addAll(parts.filter((part, number) => !known[number]));
  await store.put(PAGE, page);
}

async function openPage(event) {
  try {
    const page = await Promise.race([fetch(event.request), tooLate()]);
    if (page.type === "opaqueredirect") event.waitUntil(forgetNames());
    if (page.ok && event.request.url === PAGE) event.waitUntil(keepPage(page.clone()));
    return page;
  } catch {
    return (await caches.match(PAGE)) || Response.error();
  }
}

async function openPart(request) {
  return (await caches.match(request)) || fetch(request);
}

function tooLate() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), PATIENCE));
}

/* The session has ended: what it kept ends too. */
function forgetNames() {
  return new Promise(resolve => {
    const asked = indexedDB.open("door");
    asked.onerror = resolve;
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onsuccess = () => {
      const kept = asked.result.transaction("kept", "readwrite").objectStore("kept");
      kept.clear().onsuccess = resolve;
      asked.result.close();
    };
  });
}
