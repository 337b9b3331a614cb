import { Controller } from "@hotwired/stimulus";

/** Our own numeric keypad: glove-sized keys that write into the field named by `for`. */
export default class KeypadController extends Controller<HTMLElement> {
  static override values = { for: String };
  declare readonly forValue: string;

  private get field(): HTMLInputElement {
    return document.getElementById(this.forValue) as HTMLInputElement;
  }

  override connect(): void {
    this.field?.setAttribute("inputmode", "none"); // the tablet's own keyboard stays down
  }

  override disconnect(): void {
    this.field?.setAttribute("inputmode", "decimal");
  }

  press({ params }: { params: { key: string } }): void {
    const value = this.field.value;
    switch (params.key) {
      case "clear": return this.write("");
      case "back": return this.write(value.slice(0, -1));
      case "sign": return this.write(value.startsWith("-") ? value.slice(1) : `-${value}`);
      case ".": return value.includes(".") ? undefined : this.write(value.replace(/^-?$/, "$&0") + ".");
      default: return this.write(value + params.key);
    }
  }

  private write(text: string): void {
    this.field.value = text;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
