import { Controller } from "@hotwired/stimulus";

/** Turns an open disclosure into a dialog for keyboard and screen reader: focus goes in, stays in, and comes back. */
export default class SheetController extends Controller<HTMLDetailsElement> {
  static override targets = ["body"];
  declare readonly bodyTarget: HTMLElement;

  override connect(): void {
    this.element.addEventListener("toggle", this.toggled);
    this.element.addEventListener("keydown", this.key);
  }

  override disconnect(): void {
    this.element.removeEventListener("toggle", this.toggled);
    this.element.removeEventListener("keydown", this.key);
  }

  close(): void {
    this.element.open = false;
    this.element.querySelector("summary")?.focus();
  }

  private stops(): HTMLElement[] {
    const all = this.bodyTarget.querySelectorAll<HTMLElement>('a[href], button:not([disabled]), input:not([type="hidden"]):not([disabled]), select, textarea, summary');
    return [...all].filter((one) => one.checkVisibility());
  }

  private toggled = (): void => {
    if (!this.element.open) return;
    for (const other of document.querySelectorAll<HTMLDetailsElement>("details.ar-act[open]")) if (other !== this.element) other.open = false;
    const stops = this.stops();
    (this.bodyTarget.querySelector<HTMLElement>("[autofocus]") ?? stops.find((one) => one.matches("input, select, textarea")) ?? stops[0])?.focus();
  };

  private key = (event: KeyboardEvent): void => {
    if (!this.element.open) return;
    if (event.key === "Escape") return this.close();
    if (event.key !== "Tab") return;
    const stops = this.stops();
    const [first, last] = [stops[0], stops.at(-1)];
    if (event.shiftKey && document.activeElement === first) last?.focus();
    else if (!event.shiftKey && document.activeElement === last) first?.focus();
    else return;
    event.preventDefault();
  };
}
