import { crc32, deflateSync, inflateSync } from "node:zlib";

/** Pixels of a picture, three bytes each, row by row. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** A page has a handful of colours; the others are the edges of letters. */
const MOST_COLOURS = 256;

/**
 * Writes a screenshot anew with a palette: the most frequent colours, and each rarer one as the nearest
 * of them. A third of the size, and the same bytes for the same pixels. Takes 8-bit RGB without
 * interlacing, as Chromium writes it, and throws for anything else (PNG, ISO/IEC 15948).
 */
export const shrinkPng = (png: Uint8Array): Uint8Array => {
  const { height, rgb, width } = readPng(png);
  const counts = new Map<number, number>();
  for (let at = 0; at < rgb.length; at += 3) {
    const colour = colourAt(rgb, at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const byCount = [...counts].toSorted((one, other) => other[1] - one[1] || one[0] - other[0]);
  const palette = byCount.slice(0, MOST_COLOURS).map(([colour]) => colour);
  const indexes = new Map([...counts.keys()].map((one) => [one, nearest(palette, one)]));
  // filter 0 on every row: neighbours in a palette say nothing about each other
  const rows = new Uint8Array(height * (width + 1));
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const row = Math.floor(pixel / width);
    rows[pixel + row + 1] = indexes.get(colourAt(rgb, pixel * 3)) ?? 0;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    toChunk("IHDR", header),
    toChunk(
      "PLTE",
      Buffer.from(palette.flatMap((one) => [one >> 16, (one >> 8) & 255, one & 255])),
    ),
    toChunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    toChunk("IEND", Buffer.alloc(0)),
  ]);
};

const colourAt = (rgb: Uint8Array, at: number): number =>
  ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);

const nearest = (palette: readonly number[], colour: number): number => {
  const distances = palette.map((one) => {
    const [red, green, blue] = [16, 8, 0].map(
      (shift) => ((one >> shift) & 255) - ((colour >> shift) & 255),
    );
    return (red ?? 0) ** 2 + (green ?? 0) ** 2 + (blue ?? 0) ** 2;
  });
  return distances.indexOf(Math.min(...distances));
};

const toChunk = (type: string, data: Buffer): Buffer => {
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, "latin1");
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, data.length + 8)), data.length + 8);
  return chunk;
};

const readPng = (png: Uint8Array): Pixels => {
  const bytes = Buffer.from(png);
  const data: Buffer[] = [];
  let header = Buffer.alloc(0);
  for (let at = SIGNATURE.length; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = body;
    if (type === "IDAT") data.push(body);
    at += length + 12;
  }
  if (header.subarray(8).toString("hex") !== "0802000000") {
    throw new Error("the screenshot is not 8-bit RGB without interlacing");
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  return { width, height, rgb: unfilter(inflateSync(Buffer.concat(data)), width, height) };
};

/** Undoes the filters of the rows (PNG §9). */
const unfilter = (filtered: Uint8Array, width: number, height: number): Uint8Array => {
  const stride = width * 3;
  const rgb = new Uint8Array(stride * height);
  for (let row = 0; row < height; row += 1) {
    const filter = filtered[row * (stride + 1)] ?? 0;
    for (let column = 0; column < stride; column += 1) {
      const at = row * stride + column;
      const left = column < 3 ? 0 : (rgb[at - 3] ?? 0);
      const above = row === 0 ? 0 : (rgb[at - stride] ?? 0);
      const corner = column < 3 || row === 0 ? 0 : (rgb[at - stride - 3] ?? 0);
      const raw = filtered[at + row + 1] ?? 0;
      rgb[at] = raw + predict(filter, { left, above, corner });
    }
  }
  return rgb;
};

const predict = (
  filter: number,
  {
    left,
    above,
    corner,
  }: { readonly left: number; readonly above: number; readonly corner: number },
): number => {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const [toLeft, toAbove, toCorner] = [
    above - corner,
    left - corner,
    left + above - 2 * corner,
  ].map(Math.abs) as [number, number, number];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
};
