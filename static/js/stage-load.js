// What the stage takes along: every file as a blob of this page, so that nothing is asked of the network afterwards.
const AGAIN_MS = 3000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function take(address) {
  const answer = await fetch(address, { headers: { "X-By-Itself": "stage" }, cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  return answer;
}

// Tries until it comes: whoever prepares the room sees how far it is.
async function insist(address, say) {
  for (;;) {
    try {
      return await (await take(address)).blob();
    } catch {
      say("failed");
      await pause(AGAIN_MS);
    }
  }
}

export async function load(box, say) {
  let done = 0;
  let all = 1;
  const tell = (name) => say(name, { done, all });
  tell("loading");
  const { works } = JSON.parse(await (await insist(box.dataset.content, tell)).text());
  const wanted = works.flatMap((work) => work.files);
  all = wanted.length + 1 + (box.dataset.code ? 1 : 0);
  done = 1;
  const bring = async (address) => {
    tell("loading");
    const blob = await insist(address, tell);
    done += 1;
    return URL.createObjectURL(blob);
  };
  for (const file of wanted) file.src = await bring(file.url);
  for (const work of works) if (work.captions) work.track = URL.createObjectURL(new Blob([work.captions], { type: "text/vtt" }));
  const code = box.dataset.code ? await bring(box.dataset.code) : "";
  tell("ready");
  return { works, code };
}
