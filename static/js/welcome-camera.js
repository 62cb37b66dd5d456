// Reads codes from the camera, one after the other: the same one is told again only once it has left the picture.
const EVERY_MS = 120;
const GONE_MS = 3000;
const WIDTH = 640;

export class Camera {
  #stream = null;
  #last = "";
  #seen = 0;

  constructor(video, told) {
    Object.assign(this, { video, told });
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
  }

  get open() {
    return this.#stream !== null;
  }

  async start() {
    const video = { facingMode: "environment", width: { ideal: 1280 } };
    this.#stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    this.video.srcObject = this.#stream;
    await this.video.play();
    this.#look();
  }

  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = this.video.srcObject = null;
    this.#last = "";
  }

  #look() {
    if (!this.#stream) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    if (width && !document.hidden) this.#read(Math.min(1, WIDTH / width), width, height);
    setTimeout(() => this.#look(), EVERY_MS);
  }

  #read(scale, width, height) {
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.canvas.width !== w) Object.assign(this.canvas, { width: w, height: h });
    this.context.drawImage(this.video, 0, 0, w, h);
    const text = window.jsQR(this.context.getImageData(0, 0, w, h).data, w, h, { inversionAttempts: "dontInvert" })?.data;
    if (!text) return;
    const again = text === this.#last && Date.now() - this.#seen < GONE_MS;
    [this.#last, this.#seen] = [text, Date.now()];
    if (!again) this.told(text);
  }
}
