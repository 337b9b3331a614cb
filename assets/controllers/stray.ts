import { Controller } from "@hotwired/stimulus";
import { ScanReader, defaults } from "../lib/scanner";

type Field = HTMLInputElement | HTMLTextAreaElement;

/** A scan on a page that takes none: it is kept out of the field with the focus, submits nothing, and the page says so. */
export default class StrayController extends Controller<HTMLElement> {
  static override targets = ["note", "text"];
  static override values = { prefix: String, suffix: String };
  declare readonly noteTarget: HTMLElement;
  declare readonly textTarget: HTMLElement;
  declare readonly prefixValue: string;
  declare readonly suffixValue: string;
  private reader = new ScanReader();
  private touched?: { field: Field; value: string };

  override connect(): void {
    const suffix = this.suffixValue ? this.suffixValue.split(" ") : defaults.suffix;
    this.reader = new ScanReader({ ...defaults, prefix: this.prefixValue, suffix });
    document.addEventListener("keydown", this.key, { capture: true });
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.key, { capture: true });
  }

  private key = (event: KeyboardEvent): void => {
    if ([...document.querySelectorAll('[data-controller~="scan"]')].some((one) => one.checkVisibility())) return;
    const focused = document.activeElement;
    const starting = this.reader.empty;
    const { scan, swallow } = this.reader.feed(event);
    if (starting && !this.reader.empty) this.touched = isField(focused) ? { field: focused, value: focused.value } : undefined;
    if (swallow) event.preventDefault();
    if (scan === undefined) return;
    event.stopPropagation();
    if (this.touched) this.touched.field.value = this.touched.value;
    this.textTarget.textContent = scan.replaceAll("\u001d", "␝");
    this.noteTarget.hidden = false;
    this.noteTarget.scrollIntoView({ block: "center" });
    navigator.vibrate?.([60, 60, 60]);
  };
}

const isField = (one: Element | null): one is Field =>
  one instanceof HTMLTextAreaElement || (one instanceof HTMLInputElement && !/checkbox|radio|file|button|submit/.test(one.type));
