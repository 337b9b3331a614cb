import { Controller } from "@hotwired/stimulus";
import { noteSent, putBack, takeHeld, typedIn } from "../lib/drafts";

/**
 * Nothing entered is lost: warns before leaving, keeps a draft in this tab, puts back what was sent and not taken, and stops a
 * second submit of the same form.
 */
export default class GuardController extends Controller<HTMLFormElement> {
  static override targets = ["restore"];
  static override values = { key: String, draft: { type: Boolean, default: true } };
  declare readonly restoreTarget: HTMLElement;
  declare readonly hasRestoreTarget: boolean;
  declare readonly keyValue: string;
  declare readonly draftValue: boolean;
  private dirty = false;
  private sending = false;

  override connect(): void {
    this.element.addEventListener("input", this.changed);
    this.element.addEventListener("submit", this.submit);
    window.addEventListener("beforeunload", this.leave);
    window.addEventListener("pageshow", this.back);
    if (this.hasRestoreTarget) this.restoreTarget.hidden = sessionStorage.getItem(this.storeKey) === null;
    this.bringBack();
  }

  /** In the open sheet it was typed into, with a word that it is back and was not sent. */
  private bringBack(): void {
    const held = takeHeld(this.element);
    if (held === null || !putBack(this.element, held)) return;
    this.dirty = true;
    const note = document.createElement("p");
    note.className = "ar-note";
    note.dataset["tone"] = "info";
    note.setAttribute("role", "status");
    const why = document.querySelector("#problem [data-reason]")?.textContent ?? "";
    note.textContent = `${why} ${document.body.dataset["kept"] ?? ""}`.trim();
    this.element.prepend(note);
    const sheet = this.element.closest<HTMLDetailsElement>("details.ar-act");
    if (sheet) sheet.open = true;
    else this.element.scrollIntoView({ block: "center" });
  }

  override disconnect(): void {
    this.element.removeEventListener("input", this.changed);
    this.element.removeEventListener("submit", this.submit);
    window.removeEventListener("beforeunload", this.leave);
    window.removeEventListener("pageshow", this.back);
  }

  private get storeKey(): string {
    return `draft:${this.keyValue || location.pathname}`;
  }

  private changed = (): void => {
    this.dirty = true;
    if (!this.draftValue) return;
    sessionStorage.setItem(this.storeKey, JSON.stringify(typedIn(this.element)));
  };

  private leave = (event: BeforeUnloadEvent): void => {
    if (this.dirty && !this.sending) event.preventDefault();
  };

  private submit = (event: SubmitEvent): void => {
    if (this.sending) return event.preventDefault();
    this.sending = true;
    sessionStorage.removeItem(this.storeKey);
    noteSent(this.element);
    // after the browser has read the form, so that the pressed button's own value is sent
    setTimeout(() => this.buttons().forEach((button) => (button.disabled = true)));
  };

  private back = (event: PageTransitionEvent): void => {
    if (!event.persisted) return;
    this.sending = false;
    this.buttons().forEach((button) => (button.disabled = false));
  };

  private buttons(): HTMLButtonElement[] {
    return [...this.element.elements].filter((one): one is HTMLButtonElement => one instanceof HTMLButtonElement && one.type === "submit");
  }

  restore(): void {
    putBack(this.element, JSON.parse(sessionStorage.getItem(this.storeKey) ?? "[]") as [string, string | boolean][]);
    this.dirty = true;
    this.restoreTarget.hidden = true;
  }

  forget(): void {
    sessionStorage.removeItem(this.storeKey);
    this.restoreTarget.hidden = true;
  }
}
