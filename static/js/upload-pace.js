// How fast a file goes, and from that how much to send at a time. It counts requests that ended, and the one on its way.
const KIB = 1024;

export const FIRST = 64 * KIB; // what the server looks at before it takes more: a wrong file stops there
const MOST = 4096 * KIB;
const TARGET_S = 10; // of a request: half of the 20 s that proxies and patience bear
const REMEMBERED_S = 30;
const SURE_S = 3;

export class Pace {
  #ended = [];
  #began = null;
  #now;

  constructor(now = () => performance.now() / 1000) {
    this.#now = now;
    this.chunk = FIRST;
  }

  // A request begins at this byte of the file.
  begin(offset) {
    this.#began = { at: this.#now(), offset, reached: offset };
  }

  // It has put so much of the file on the wire.
  reach(offset) {
    if (this.#began) this.#began.reached = offset;
  }

  // It ended, and the server has so much of the file.
  end(offset) {
    if (!this.#began) return;
    const seconds = Math.max(this.#now() - this.#began.at, 0.001);
    const bytes = offset - this.#began.offset;
    this.#began = null;
    this.#ended.unshift({ bytes, seconds });
    let total = 0;
    this.#ended = this.#ended.filter(({ seconds: each }, index) => {
      total += each;
      return index === 0 || total <= REMEMBERED_S;
    });
    const wanted = Math.min((bytes / seconds) * TARGET_S, 4 * this.chunk, MOST);
    this.chunk = Math.max(FIRST, Math.floor(wanted / FIRST) * FIRST);
  }

  // It failed: what follows goes in smaller pieces.
  fail() {
    this.#began = null;
    this.chunk = Math.max(FIRST, Math.floor(this.chunk / 2 / FIRST) * FIRST);
  }

  #total() {
    const running = this.#began
      ? [{ bytes: this.#began.reached - this.#began.offset, seconds: this.#now() - this.#began.at }]
      : [];
    const every = [...this.#ended, ...running];
    const sum = (name) => every.reduce((total, each) => total + each[name], 0);
    return { bytes: sum("bytes"), seconds: sum("seconds") };
  }

  // Bytes a second; null as long as too little is known to say anything.
  speed() {
    const { bytes, seconds } = this.#total();
    return bytes > 0 && (seconds >= SURE_S || this.#ended.length >= 4) ? bytes / seconds : null;
  }

  // Seconds until so many bytes have gone, or null.
  left(bytes) {
    const speed = this.speed();
    return speed ? bytes / speed : null;
  }
}

// What the browser believes of the network, in bytes a second. It never says more than 10 Mbit/s: that much is no news.
export function believedSpeed(connection = navigator.connection) {
  const megabits = connection?.downlink;
  return megabits > 0 && megabits < 10 ? (megabits * 1e6) / 8 : null;
}
