// A scanner is a keyboard: fast keys ended by a suffix. Read by physical key code, so that an input method cannot bend it.
export interface ScanOptions {
  prefix: string; // key codes, e.g. "F9"; "" = told apart by speed alone
  suffix: string[]; // key codes that end a scan
  gap: number; // longest pause between two keys of one scan, in ms
  pace: number; // no person types faster than this on average, in ms per key
  separator: string; // what the scanner sends in place of FNC1 (GS)
}

export const defaults: ScanOptions = { prefix: "", suffix: ["Enter", "Tab", "NumpadEnter"], gap: 150, pace: 50, separator: "|" };

const shifted: Record<string, string> = {
  Digit1: "!", Digit2: "@", Digit3: "#", Digit4: "$", Digit5: "%", Digit6: "^", Digit7: "&", Digit8: "*", Digit9: "(", Digit0: ")",
  Minus: "_", Equal: "+", BracketLeft: "{", BracketRight: "}", Backslash: "|", Semicolon: ":", Quote: '"', Comma: "<", Period: ">",
  Slash: "?", Backquote: "~", Space: " ",
};
const plain: Record<string, string> = {
  Minus: "-", Equal: "=", BracketLeft: "[", BracketRight: "]", Backslash: "\\", Semicolon: ";", Quote: "'", Comma: ",", Period: ".",
  Slash: "/", Backquote: "`", Space: " ", NumpadDecimal: ".", NumpadSubtract: "-", NumpadAdd: "+", NumpadMultiply: "*", NumpadDivide: "/",
};

/** The character that the scanner meant by this key; "" for keys that type nothing. An input method hides `key`, never `code`. */
export function characterOf(event: KeyboardEvent): string {
  const { code, key } = event;
  if (event.ctrlKey) return code === "BracketRight" ? "\u001d" : ""; // Ctrl+] is how many scanners send GS
  if (!event.isComposing && /^[ -~]$/.test(key)) return key;
  if (/^Key[A-Z]$/.test(code)) {
    const capital = event.shiftKey !== Boolean(event.getModifierState?.("CapsLock"));
    return capital ? code.slice(3) : code.slice(3).toLowerCase();
  }
  if (/^Digit\d$/.test(code)) return event.shiftKey ? (shifted[code] ?? "") : code.slice(5);
  if (/^Numpad\d$/.test(code)) return code.slice(6);
  return (event.shiftKey ? (shifted[code] ?? plain[code]) : plain[code]) ?? "";
}

/** Collects keys into scans. `feed` answers what to do with the key: pass it on, swallow it, or a finished scan. */
export class ScanReader {
  private buffer = "";
  private last = -Infinity;
  private first = 0;
  private armed = false;

  constructor(private readonly options: ScanOptions = defaults) {}

  get empty(): boolean {
    return this.buffer === "";
  }

  feed(event: KeyboardEvent, now = event.timeStamp): { scan?: string; swallow: boolean } {
    const { prefix, suffix, gap } = this.options;
    if (event.repeat || ["Shift", "Control", "Alt", "Meta", "CapsLock"].includes(event.key)) return { swallow: false };
    const pause = now - this.last;
    this.last = now;
    if (prefix && event.code === prefix) {
      this.start(true);
      return { swallow: true };
    }
    if (pause > (this.armed ? 500 : gap)) this.start(false);
    if (suffix.includes(event.code)) return this.finish(now);
    const character = characterOf(event);
    if (!character) return { swallow: false };
    if (!this.buffer) this.first = now;
    this.buffer += character;
    return { swallow: this.armed };
  }

  private start(armed: boolean): void {
    this.buffer = "";
    this.armed = armed;
  }

  private finish(now: number): { scan?: string; swallow: boolean } {
    const text = this.buffer;
    const whole = this.armed ? text.length > 0 : text.length >= 4 && (now - this.first) / text.length <= this.options.pace;
    this.start(false);
    if (!whole) return { swallow: false };
    return { scan: text.replaceAll(this.options.separator, "\u001d"), swallow: true };
  }
}
