import { Pace } from "./upload-pace.js";

// One file on its way, over tus. No page here: it tells its state, and is told to pause, resume or give up.
// States: sending, offline, waiting (the server asks to), paused, elsewhere (another writer), locked (session), over.
const DELAYS_S = [1, 2, 4, 8, 15, 30];
const SILENT_S = 45;
const SETTLING_S = 180; // the last piece is answered once the whole file is durable
const YIELDS = 3;
const INERT = {
  findAllUploads: async () => [],
  findUploadsByFingerprint: async () => [],
  removeUpload: async () => {},
  addUpload: async () => "",
};

const words = (response) =>
  response?.getHeader("Content-Type")?.startsWith("text/plain") ? response.getBody().trim() : "";

export class Sending {
  #listener;
  #upload;
  #timer = null;
  #watch = null;
  #attempts = 0;
  #yields = 0;
  #insists = false; // resumed by hand or back from a cut, and nothing of ours was kept since
  #mending = false; // back from a cut of our own
  #asked = 0; // the furthest byte that a request of ours may have brought
  #renewed = false;
  #movedAt = 0;

  // `listener`: state(name, reason), progress(sent), arrived(), kept(sentence), refused(kind, sentence), renew() → a token,
  // null when nobody is signed in, undefined when nobody answers.
  constructor(file, { endpoint, address = null, token, listener }) {
    this.file = file;
    this.state = "paused";
    this.pace = new Pace();
    this.sent = 0;
    this.token = token;
    this.#listener = listener;
    this.#upload = new window.tus.Upload(file, {
      endpoint,
      uploadUrl: address,
      chunkSize: this.pace.chunk,
      uploadDataDuringCreation: true,
      metadata: { filename: file.name },
      retryDelays: null,
      storeFingerprintForResuming: false,
      urlStorage: INERT,
      fingerprint: async () => null,
      onUploadUrlAvailable: () => this.#known(),
      onBeforeRequest: (request) => this.#before(request),
      onAfterResponse: (request, response) => this.#after(request, response),
      onProgress: (sent) => this.#moved(sent),
      onChunkComplete: (_, accepted) => this.#kept(accepted),
      onSuccess: () => this.#end(() => listener.arrived()),
      onError: (error) => this.#failed(error),
    });
    if (address) this.#known();
    for (const [target, name] of [[window, "online"], [document, "visibilitychange"]]) target.addEventListener(name, this.#wake);
  }

  // By hand: it takes the file over from whoever else sends it.
  async start() {
    const wasLocked = this.state === "locked";
    this.#insists = true;
    this.#attempts = this.#yields = 0;
    this.#mending = this.#renewed = false;
    if (wasLocked && (await this.#renew()) === null) {
      this.#become("locked", "still-signed-out");
    } else {
      this.#go();
    }
  }

  pause() {
    this.#halt();
    this.#become("paused");
  }

  // Where the server keeps it, once it knows of it.
  get address() {
    return this.#upload.url;
  }

  // Resolves once the server has forgotten the file, or could not be told to.
  async giveUp() {
    this.#end(() => {});
    const address = this.#upload.url;
    if (!address) return;
    const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": this.token };
    await fetch(address, { method: "DELETE", headers }).catch(() => {});
  }

  // A file that exists is resumed or given up: tus-js-client would begin another in silence when it is refused.
  #known() {
    this.#upload.options.endpoint = null;
  }

  #go() {
    this.#halt();
    this.#become("sending");
    this.#movedAt = performance.now();
    this.#watch = setInterval(() => this.#look(), 5000);
    this.#upload.start();
  }

  #halt() {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#upload.abort();
  }

  #end(then) {
    this.#halt();
    this.state = "over";
    window.removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    then();
  }

  #become(state, reason = "") {
    if (this.state === "over") return;
    this.state = state;
    this.#listener.state(state, reason);
  }

  #wake = () => {
    if (document.visibilityState === "visible" && ["offline", "waiting"].includes(this.state)) this.#go();
  };

  #before(request) {
    if (this.state !== "sending") throw new Error("stopped meanwhile");
    request.setHeader("X-CSRFToken", this.token);
    this.#movedAt = performance.now();
    if (request.getMethod() === "HEAD") return;
    const offset = Number(request.getHeader("Upload-Offset") ?? 0);
    this.#asked = Math.max(this.#asked, offset + this.#upload.options.chunkSize);
    this.pace.begin(offset);
  }

  #after(request, response) {
    if (request.getMethod() !== "HEAD" || response.getStatus() >= 300) return;
    const offset = Number(response.getHeader("Upload-Offset"));
    if (this.#mending && offset > this.#asked && offset < this.file.size) return this.#contested();
    if (offset > this.sent) this.#attempts = 0;
  }

  #moved(sent) {
    if (this.state !== "sending") return;
    if (sent !== this.sent) this.#movedAt = performance.now();
    this.sent = sent;
    this.pace.reach(sent);
    this.#listener.progress(sent);
  }

  #kept(accepted) {
    this.pace.end(accepted);
    this.#upload.options.chunkSize = this.pace.chunk;
    this.#attempts = this.#yields = 0;
    this.#insists = this.#mending = this.#renewed = false;
  }

  // A connection that says nothing for long is dead, even if nobody told the browser.
  #look() {
    const patience = this.sent >= this.file.size ? SETTLING_S : SILENT_S;
    if (this.state === "sending" && performance.now() - this.#movedAt > patience * 1000) this.#cut();
  }

  #failed(error) {
    if (this.state !== "sending") return;
    const response = error.originalResponse;
    const status = response?.getStatus() ?? 0;
    const said = words(response); // before the halt: an answer that is aborted is empty
    if (!error.originalRequest) this.#refuse("changed");
    else if (response?.getHeader("X-File-Kept")) this.#end(() => this.#listener.kept(said));
    else if (status === 0) this.#cut();
    else if (status === 409 || status === 423) this.#yieldOrStop();
    else if (status === 403) this.#lock();
    else if (status === 408 || status === 429 || status >= 500) this.#wait(said, response.getHeader("Retry-After"));
    else this.#refuse(status === 404 || status === 410 ? "gone" : "refused", said);
  }

  #refuse(kind, sentence = "") {
    this.#end(() => this.#listener.refused(kind, sentence));
  }

  async #cut() {
    this.#halt();
    this.pace.fail();
    this.#upload.options.chunkSize = this.pace.chunk;
    this.#insists = this.#mending = true;
    const at = Math.min(this.sent, this.file.size - 1);
    // A file that was changed or moved away fails as a lost network does; it would for ever.
    const readable = await this.file.slice(at, at + 1).arrayBuffer().then(() => true, () => false);
    if (this.state !== "sending") return;
    if (!readable) return this.#refuse("changed");
    this.#become("offline");
    this.#again();
  }

  #wait(sentence, seconds) {
    this.#halt();
    this.#insists = this.#mending = true;
    this.#become("waiting", sentence || "server-down");
    this.#again(Number(seconds) || 0);
  }

  #again(least = 0) {
    const delay = Math.max(least, DELAYS_S[Math.min(this.#attempts++, DELAYS_S.length - 1)]);
    this.#timer = setTimeout(() => this.#go(), delay * 1000);
  }

  // Two writers: whoever was resumed by hand last, or comes back from a cut, insists a little; the other stops.
  #yieldOrStop() {
    if (!this.#insists || this.#yields++ >= YIELDS) return this.#contested();
    this.#halt();
    this.#timer = setTimeout(() => this.#go(), 1000);
  }

  #contested() {
    this.#halt();
    this.#become("elsewhere");
  }

  async #lock() {
    this.#halt();
    const token = this.#renewed ? null : await this.#renew();
    if (this.state !== "sending") return;
    if (token) this.#go();
    else if (token === undefined) this.#cut();
    else this.#become("locked", "signed-out");
  }

  // The page's token ends with its session: somebody who signed in again elsewhere has a new one.
  async #renew() {
    const token = await this.#listener.renew();
    this.#renewed = token !== undefined;
    if (token) this.token = token;
    return token;
  }
}
