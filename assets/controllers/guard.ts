import { Controller } from "@hotwired/stimulus";

/** Nothing entered is lost: warns before leaving, keeps a draft in this tab, and stops a second submit of the same form. */
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

  private fields(): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] {
    const secret = ["password", "hidden", "file", "submit"];
    return [...this.element.elements].filter(
      (one): one is HTMLInputElement =>
        (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement) &&
        Boolean(one.name) && !secret.includes(one.type) && one.autocomplete !== "off",
    );
  }

  private changed = (): void => {
    this.dirty = true;
    if (!this.draftValue) return;
    const kept = this.fields().map((one) => [one.name, one instanceof HTMLInputElement && /radio|checkbox/.test(one.type) ? one.checked : one.value]);
    sessionStorage.setItem(this.storeKey, JSON.stringify(kept));
  };

  private leave = (event: BeforeUnloadEvent): void => {
    if (this.dirty && !this.sending) event.preventDefault();
  };

  private submit = (event: SubmitEvent): void => {
    if (this.sending) return event.preventDefault();
    this.sending = true;
    sessionStorage.removeItem(this.storeKey);
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
    const kept = JSON.parse(sessionStorage.getItem(this.storeKey) ?? "[]") as [string, string | boolean][];
    this.fields().forEach((one, index) => {
      const [name, value] = kept[index] ?? [];
      if (name !== one.name) return;
      if (typeof value === "boolean") (one as HTMLInputElement).checked = value;
      else if (value !== undefined) one.value = value;
    });
    this.dirty = true;
    this.restoreTarget.hidden = true;
  }

  forget(): void {
    sessionStorage.removeItem(this.storeKey);
    this.restoreTarget.hidden = true;
  }
}
