// Small comforts. Every page does its work without them.
"use strict";

// A form is sent once, and says that it is being sent.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = form.querySelector("button[type=submit]");
    if (button && form.dataset.once) {
      button.textContent = form.dataset.once;
    }
  });
}

// A page that comes back from the browser's memory can send its forms again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    window.location.reload();
  }
});

// What was done, or why not, is the first thing a screen reader tells.
const notice = document.querySelector("main > .notice[role]");
if (notice) {
  notice.tabIndex = -1;
  notice.focus({ preventScroll: true });
}

// On paper there is nothing to unfold.
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.history, details.technical")) {
    details.open = true;
  }
});
