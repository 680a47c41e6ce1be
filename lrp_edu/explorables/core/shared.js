// Numbers that all figures of a page share, such as the weights of a network. They come once, in a script of their own that
// runs before those of the figures (data_script in bundle.py), as float32 in base64, the lowest byte first.

const read = new Map();

/** The numbers of a name, as float64. */
export function sharedNumbers(name) {
  if (!read.has(name)) {
    const bytes = Uint8Array.from(atob(globalThis.explorableData[name]), (character) => character.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    read.set(name, Float64Array.from({ length: bytes.length / 4 }, (_, n) => view.getFloat32(4 * n, true)));
  }
  return read.get(name);
}
