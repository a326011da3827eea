// Segments that came before their turn: both directions of a connection share one small pool. Pieces
// are copied in, handed out when the hole before them is filled or given up, and zeroed at once,
// because they may hold credentials. Knows nothing of what the octets mean.
//
//   ├─ piece 0 ─ … ─ piece 7 ─┼─ pool: octets of the pieces, packed, no gaps ─┤

import { HOLD_PIECES_MAX, HOLD_SIZE } from "../../limits";
import { Seq } from "../../wire/seq";

/** One piece put aside. */
@final @unmanaged
class Piece {
  seq: u32;
  /** Number of the frame that carried it. */
  frame: u32;
  /** Its place in the pool and the octets there. */
  offset: u16;
  size: u16;
  /** Octets that followed on the wire and were not captured. */
  missing: u16;
  /** 1 = from the client. */
  fromClient: u8;
  spare: u8;
  @inline static at(at: usize): Piece { return changetype<Piece>(at); }
}
const PIECE_SIZE: u32 = 16;
if (offsetof<Piece>() != PIECE_SIZE) ERROR("Piece drifted");
export const HOLD_NONE: u32 = 255;

@final @unmanaged
export class Hold {
  /** Pieces in use and octets used in the pool. */
  count: u16;
  used: u16;
  @inline static at(at: usize): Hold { return changetype<Hold>(at); }
  @inline piece(index: u32): Piece {
    return Piece.at(changetype<usize>(this) + HOLD_HEAD_SIZE + <usize>index * PIECE_SIZE);
  }
  @inline get pool(): usize {
    return changetype<usize>(this) + HOLD_HEAD_SIZE + <usize>(HOLD_PIECES_MAX * PIECE_SIZE);
  }

  /** True when a piece of `size` octets has room beside the others. */
  @inline fits(size: u32): bool {
    return <u32>this.count < HOLD_PIECES_MAX && <u32>this.used + size <= HOLD_POOL_SIZE;
  }

  /** Copies a piece in. False when there is no room for it. */
  put(fromClient: bool, seq: u32, at: usize, size: u32, missing: u32, frame: u32): bool {
    for (let index: u32 = 0; index < <u32>this.count && index < HOLD_PIECES_MAX; index++) {
      const held = this.piece(index);
      if (<bool>held.fromClient == fromClient && held.seq == seq && <u32>held.size >= size) return true;
    }
    if (!this.fits(size) || missing > 0xffff) return false;
    const piece = this.piece(this.count);
    piece.seq = seq;
    piece.frame = frame;
    piece.offset = this.used;
    piece.size = <u16>size;
    piece.missing = <u16>missing;
    piece.fromClient = fromClient ? 1 : 0;
    memory.copy(this.pool + this.used, at, size);
    this.used = <u16>(<u32>this.used + size);
    this.count++;
    return true;
  }

  /** The piece of this direction that comes first, HOLD_NONE when nothing is held. */
  first(fromClient: bool): u32 {
    let best = HOLD_NONE;
    for (let index: u32 = 0; index < <u32>this.count && index < HOLD_PIECES_MAX; index++) {
      const piece = this.piece(index);
      if (<bool>piece.fromClient != fromClient) continue;
      if (best == HOLD_NONE || Seq.before(piece.seq, this.piece(best).seq)) best = index;
    }
    return best;
  }

  /** Drops a piece; its octets are overwritten. */
  remove(index: u32): void {
    const piece = this.piece(index);
    const offset = <u32>piece.offset;
    const size = <u32>piece.size;
    const tail = <u32>this.used - offset - size;
    memory.copy(this.pool + offset, this.pool + offset + size, tail);
    memory.fill(this.pool + offset + tail, 0, size);
    this.used = <u16>(<u32>this.used - size);
    this.count--;
    const last = this.piece(this.count);
    if (index != <u32>this.count) memory.copy(changetype<usize>(piece), changetype<usize>(last), PIECE_SIZE);
    for (let other: u32 = 0; other < <u32>this.count && other < HOLD_PIECES_MAX; other++) {
      const held = this.piece(other);
      if (<u32>held.offset > offset) held.offset = <u16>(<u32>held.offset - size);
    }
  }
}

const HOLD_HEAD_SIZE: u32 = 8;
const HOLD_POOL_SIZE: u32 = HOLD_SIZE - HOLD_HEAD_SIZE - HOLD_PIECES_MAX * PIECE_SIZE;
