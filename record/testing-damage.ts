import { gzipSync } from 'node:zlib';

/** With one byte, counted from the end, that is another. */
const flipped = (packed: Buffer, fromEnd: number): Buffer => {
  const bytes = Buffer.from(packed);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - fromEnd) ^ 0x55, bytes.length - fromEnd);
  return bytes;
};

/** What may have become of a compressed file, the checksum first. */
export const DAMAGE: Readonly<Record<string, (packed: Buffer) => Buffer>> = {
  'a wrong checksum': (packed) => flipped(packed, 6),
  'a wrong length': (packed) => flipped(packed, 2),
  'a trailer that was cut': (packed) => packed.subarray(0, -3),
  'no trailer': (packed) => packed.subarray(0, -8),
  'half of it': (packed) => packed.subarray(0, packed.length >> 1),
  'nothing in it': () => Buffer.alloc(0),
  'other bytes behind its end': (packed) => Buffer.concat([packed, Buffer.from('garbage')]),
  'zeros behind its end': (packed) => Buffer.concat([packed, Buffer.alloc(512)]),
  'a second member that was cut': (packed) => Buffer.concat([packed, gzipSync('').subarray(0, -4)]),
  'a second member with a wrong checksum': (packed) => Buffer.concat([packed, flipped(gzipSync('\n'), 6)]),
  'the head of a member behind its end': (packed) => Buffer.concat([packed, Buffer.from([0x1f, 0x8b])]),
};
