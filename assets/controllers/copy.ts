import { Controller } from "@hotwired/stimulus";

/** Copies a text (a hash, a number) and says so. Shown only where the browser can. */
export default class CopyController extends Controller<HTMLButtonElement> {
  static override values = { text: String, done: String };
  declare readonly textValue: string;
  declare readonly doneValue: string;

  override connect(): void {
    this.element.hidden = !navigator.clipboard;
  }

  async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.textValue);
    const label = this.element.textContent;
    this.element.textContent = this.doneValue;
    setTimeout(() => (this.element.textContent = label), 1500);
  }
}
