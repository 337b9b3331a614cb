import { Controller } from "@hotwired/stimulus";
import { ScanReader, defaults } from "../lib/scanner";

const isText = (one: Element | null): one is HTMLInputElement | HTMLTextAreaElement =>
  one instanceof HTMLTextAreaElement || (one instanceof HTMLInputElement && !/checkbox|radio|file|button|submit/.test(one.type));

/** Catches a scan wherever the focus is, puts it into its field, shows it, and submits the form when asked to. */
export default class ScanController extends Controller<HTMLElement> {
  static override targets = ["input", "last", "video", "camera"];
  static override values = { prefix: String, suffix: String, separator: String, submit: Boolean, next: String, polite: Boolean };
  declare readonly inputTarget: HTMLInputElement;
  declare readonly lastTarget: HTMLElement;
  declare readonly hasLastTarget: boolean;
  declare readonly videoTarget: HTMLVideoElement;
  declare readonly hasVideoTarget: boolean;
  declare readonly prefixValue: string;
  declare readonly suffixValue: string;
  declare readonly separatorValue: string;
  declare readonly submitValue: boolean;
  declare readonly nextValue: string;
  declare readonly politeValue: boolean;
  private reader = new ScanReader();
  private camera?: { stop: () => void };
  private touched?: { field: HTMLInputElement | HTMLTextAreaElement; value: string };

  override connect(): void {
    this.reader = new ScanReader({
      ...defaults,
      prefix: this.prefixValue,
      suffix: this.suffixValue ? this.suffixValue.split(" ") : defaults.suffix,
      separator: this.separatorValue || defaults.separator,
    });
    document.addEventListener("keydown", this.key, { capture: true });
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.key, { capture: true });
    this.camera?.stop();
  }

  private key = (event: KeyboardEvent): void => {
    if (!this.active()) return;
    const focused = document.activeElement;
    const starting = this.reader.empty;
    const { scan, swallow } = this.reader.feed(event);
    if (starting && !this.reader.empty) this.touched = isText(focused) ? { field: focused, value: focused.value } : undefined;
    if (swallow) event.preventDefault();
    if (scan === undefined) return;
    event.stopPropagation();
    if (event.isComposing && isText(focused)) focused.blur(); // ends what an input method made of the scan
    if (this.touched) this.touched.field.value = this.touched.value; // and the field it was typed into gets back what it had
    this.take(scan);
  };

  /** One scan field of the page listens: that of an open dialog, else of the content the one with the focus, the first empty one,
   * the first one; else the search box. */
  private active(): boolean {
    const all = [...document.querySelectorAll<HTMLElement>('[data-controller~="scan"]')].filter((one) => one.checkVisibility());
    const open = all.filter((one) => one.closest("details.ar-act[open]"));
    const main = all.filter((one) => one.closest("main"));
    const focused = main.find((one) => one.contains(document.activeElement));
    const empty = main.find((one) => !one.querySelector<HTMLInputElement>("input")?.value);
    const chosen = open.at(-1) ?? focused ?? empty ?? main[0] ?? all[0];
    if (chosen !== this.element) return false;
    // the search box of the desk leaves a scan to the field that somebody put the focus into
    return !this.politeValue || document.activeElement === this.inputTarget || !isText(document.activeElement);
  }

  take(text: string): void {
    this.inputTarget.value = text;
    this.inputTarget.dispatchEvent(new Event("input", { bubbles: true }));
    this.inputTarget.dispatchEvent(new Event("change", { bubbles: true }));
    if (this.hasLastTarget) this.lastTarget.textContent = text.replaceAll("\u001d", "␝");
    navigator.vibrate?.(60);
    this.dispatch("read", { detail: { text } });
    if (this.nextValue) document.getElementById(this.nextValue)?.focus();
    if (this.submitValue) this.inputTarget.form?.requestSubmit();
  }

  async toggleCamera(): Promise<void> {
    if (this.camera) {
      this.camera.stop();
      this.camera = undefined;
      this.videoTarget.hidden = true;
      return;
    }
    const { readCamera } = await import("../lib/camera");
    this.videoTarget.hidden = false;
    try {
      this.camera = await readCamera(this.videoTarget, (text) => {
        this.camera?.stop();
        this.camera = undefined;
        this.videoTarget.hidden = true;
        this.take(text);
      });
    } catch {
      this.videoTarget.hidden = true;
      if (this.hasLastTarget) this.lastTarget.textContent = this.element.dataset.noCamera ?? "";
    }
  }
}
