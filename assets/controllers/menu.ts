import { Controller } from "@hotwired/stimulus";

/** A `details` menu that closes on Escape and on a press elsewhere. */
export default class MenuController extends Controller<HTMLDetailsElement> {
  override connect(): void {
    document.addEventListener("click", this.outside);
    this.element.addEventListener("keydown", this.key);
  }

  override disconnect(): void {
    document.removeEventListener("click", this.outside);
    this.element.removeEventListener("keydown", this.key);
  }

  private outside = (event: MouseEvent): void => {
    if (!this.element.contains(event.target as Node)) this.element.open = false;
  };

  private key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !this.element.open) return;
    this.element.open = false;
    this.element.querySelector("summary")?.focus();
  };
}
