/**
 * What was typed into a form that was sent, until the next page says whether it arrived. Pages that say it did not (a refusal,
 * the log-in after a session ended) carry `data-unsent`: then it is held, and put back when its own form is there again for the
 * same person. Secrets, files and hidden fields are never among it.
 */
type Typed = [string, string | boolean][];
type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const SENT = "sent:";
const HELD = "held:";
const LEFT_OUT = ["password", "hidden", "file", "submit"];

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter(
    (one): one is Field =>
      (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement) &&
      Boolean(one.name) && !LEFT_OUT.includes(one.type) && one.autocomplete !== "off",
  );
}

const isChoice = (one: Field): one is HTMLInputElement => one instanceof HTMLInputElement && /radio|checkbox/.test(one.type);

export function typedIn(form: HTMLFormElement): Typed {
  return fieldsOf(form).map((one) => [one.name, isChoice(one) ? one.checked : one.value]);
}

/** True when anything differed from what stands there: a page that kept it by itself needs no word about it. */
export function putBack(form: HTMLFormElement, typed: Typed): boolean {
  const before = JSON.stringify(typedIn(form));
  fieldsOf(form).forEach((one, index) => {
    const [name, value] = typed[index] ?? [];
    if (name !== one.name) return;
    if (typeof value === "boolean") (one as HTMLInputElement).checked = value;
    else if (value !== undefined) one.value = value;
  });
  return JSON.stringify(typedIn(form)) !== before;
}

/** Of this person, on this page, to this address. A page's own forms after a refusal (422) stand at the address of the act. */
function nameOf(form: HTMLFormElement): string {
  return `${document.body.dataset["who"] ?? ""}|${new URL(form.action, location.href).pathname}`;
}

export function noteSent(form: HTMLFormElement): void {
  const typed = typedIn(form);
  if (typed.some(([, value]) => value !== "" && value !== false)) sessionStorage.setItem(SENT + nameOf(form), JSON.stringify(typed));
}

/** Once for each page, before any form asks for what is held. */
export function settle(): void {
  const unsent = document.body.hasAttribute("data-unsent");
  for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith(SENT))) {
    const typed = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    if (unsent && typed !== null) sessionStorage.setItem(HELD + key.slice(SENT.length), typed);
  }
}

export function takeHeld(form: HTMLFormElement): Typed | null {
  const key = HELD + nameOf(form);
  const held = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return held === null ? null : (JSON.parse(held) as Typed);
}
