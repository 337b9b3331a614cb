import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm";

prepareZXingModule({ overrides: { locateFile: () => new URL(wasm, import.meta.url).href } });

/** Reads codes from the back camera until one is found or `stop` is called. Needs HTTPS beyond localhost. */
export async function readCamera(video: HTMLVideoElement, found: (text: string) => void): Promise<{ stop: () => void }> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  video.srcObject = stream;
  await video.play();
  const canvas = document.createElement("canvas");
  let running = true;
  const stop = (): void => {
    running = false;
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  const look = async (): Promise<void> => {
    if (!running) return;
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context && canvas.width) {
      context.drawImage(video, 0, 0);
      const image = context.getImageData(0, 0, canvas.width, canvas.height);
      const [code] = await readBarcodes(image, { formats: ["DataMatrix", "QRCode", "Code128"], tryHarder: true });
      if (code?.text && running) return found(code.text);
    }
    setTimeout(look, 120);
  };
  void look();
  return { stop };
}
