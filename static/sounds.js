// Sounds that cannot be taken for one another, made here: no files, nothing to fetch.

const SCORES = {
  match: [[880, 0, 0.09]],
  done: [[660, 0, 0.1], [880, 0.11, 0.1], [1320, 0.22, 0.16]],
  needs: [[620, 0, 0.12], [620, 0.18, 0.12]],
  hint: [[330, 0, 0.16]],
  warn: [[990, 0, 0.08], [990, 0.16, 0.08], [990, 0.32, 0.08]],
  stop: [[196, 0, 0.3], [156, 0.32, 0.3], [196, 0.64, 0.3], [156, 0.96, 0.42]],
};
const HARSH = new Set(["stop"]);

let context = null;

// Browsers let a page sound only after somebody has touched it or pressed a key.
export function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => undefined);
}

export function play(name) {
  document.documentElement.dataset.lastSound = name;
  if (!context || context.state !== "running") return;
  for (const [pitch, at, length] of SCORES[name] ?? []) note(pitch, context.currentTime + at, length, HARSH.has(name));
}

function note(pitch, at, length, isHarsh) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.type = isHarsh ? "sawtooth" : "sine";
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(isHarsh ? 0.5 : 0.35, at + 0.012);
  volume.gain.setValueAtTime(isHarsh ? 0.5 : 0.35, at + length - 0.03);
  volume.gain.linearRampToValueAtTime(0, at + length);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + length);
}
