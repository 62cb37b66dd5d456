// Sends a file with tus-js-client as a page does, and tells how it goes, one JSON object a line.
// node send.mjs FILE ENDPOINT HEADERS(JSON) [URL to resume, or ""] [stop after so many bytes]
import { statSync, createReadStream } from "node:fs";
import { basename } from "node:path";
import tus from "tus-js-client";

const [file, endpoint, headers, uploadUrl, stopAfter] = process.argv.slice(2);
const say = (fact) => console.log(JSON.stringify(fact));

const upload = new tus.Upload(createReadStream(file), {
  endpoint,
  uploadUrl: uploadUrl || undefined,
  headers: JSON.parse(headers),
  chunkSize: 1024 * 1024,
  uploadSize: statSync(file).size,
  metadata: { filename: basename(file) },
  retryDelays: [0, 200, 500, 1000, 1000, 1000, 2000],
  storeFingerprintForResuming: false,
  onError(error) {
    say({ error: error.message, body: error.originalResponse?.getBody() });
    process.exitCode = 1;
  },
  async onChunkComplete(_size, accepted) {
    if (stopAfter && accepted >= Number(stopAfter)) {
      await upload.abort();
      say({ stopped: accepted, url: upload.url });
    }
  },
  onSuccess() {
    say({ done: upload.url });
  },
});
upload.start();
