const RATE = 8000;
const PITCH = 440;
const HEADER_BYTES = 44;

/** A WAV file (8-bit mono PCM) with a tone of that many seconds: what stands in for a recording. */
export const makeTone = (seconds: number): Uint8Array<ArrayBuffer> => {
  const samples = Math.round(RATE * seconds);
  const file = Buffer.from(new ArrayBuffer(HEADER_BYTES + samples));
  file.write("RIFF", 0);
  file.writeUInt32LE(HEADER_BYTES - 8 + samples, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write("data", 36);
  file.writeUInt32LE(samples, 40);
  for (let index = 0; index < samples; index += 1) {
    const wave = Math.sin((2 * Math.PI * PITCH * index) / RATE);
    file[HEADER_BYTES + index] = Math.round(128 + 40 * wave);
  }
  return file;
};
