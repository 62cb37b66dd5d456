// The server's clock as this page knows it: from the page itself, then from each answer that tells it again.
let drift = 0;
let seen = 0; // how far the two clocks of the device were apart when it was last told

const apart = () => Date.now() - performance.now();

export const serverNow = () => Date.now() + drift;

// `told` in milliseconds; `asked`: when the question left, on the device's own clock.
export function tellClock(told, asked = Date.now()) {
  const now = Date.now();
  drift = told + (now - asked) / 2 - now;
  seen = apart();
}

// The device slept, or somebody set its clock: what was told no longer holds.
export const clockJumped = () => Math.abs(apart() - seen) > 2000;
