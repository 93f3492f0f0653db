// The keys on the page of a shared tablet. Without this script the fields are typed into as everywhere.
const form = document.querySelector("[data-keypad-form]");
const pad = form?.querySelector("[data-keypad]");
if (pad) {
  const fields = [...form.querySelectorAll("input.input")];
  const last = fields[fields.length - 1];
  let here = fields.find((field) => !field.value) ?? last;
  const choose = (field) => {
    here = field;
    for (const one of fields) one.toggleAttribute("data-here", one === field);
  };
  for (const field of fields) field.addEventListener("focus", () => choose(field));
  if (matchMedia("(pointer: coarse)").matches) last.inputMode = "none"; // digits need no second keyboard
  pad.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    if (key === "next") {
      choose(fields[(fields.indexOf(here) + 1) % fields.length]);
      if (document.activeElement instanceof HTMLInputElement) here.focus();
    } else if (key === "back") {
      here.value = here.value.slice(0, -1);
    } else if (here.maxLength < 0 || here.value.length < here.maxLength) {
      here.value += key;
    }
  });
  pad.hidden = false;
  choose(here);
}
