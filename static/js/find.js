/* The slash key puts the cursor into the search field of staff: an addition, nothing needs it. */
(() => {
  "use strict";

  const box = document.getElementById("find-q");
  if (!box) return;

  document.addEventListener("keydown", (event) => {
    const place = event.target;
    const typing = place.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(place.tagName);
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
})();
