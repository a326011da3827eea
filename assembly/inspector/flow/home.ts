// Which addresses are home. The host writes network and mask rows; the default list is its business.

import { HOME_TABLE } from "../memory";
import { HOME_CAPACITY } from "../limits";

/** Count of rows in use. */
const COUNT: usize = memory.data(8, 8);

export class Home {
  static setCount(count: u32): void { store<u32>(COUNT, min(count, HOME_CAPACITY)); }

  /** Is this address (16 octets, network order) in one of the home networks? */
  static has(high: u64, low: u64): bool {
    const count = load<u32>(COUNT);
    for (let row: u32 = 0; row < count && row < HOME_CAPACITY; row++) {
      const at = HOME_TABLE + (<usize>row << 5);
      const differs = ((high ^ load<u64>(at)) & load<u64>(at, 16)) |
        ((low ^ load<u64>(at, 8)) & load<u64>(at, 24));
      if (differs == 0) return true;
    }
    return false;
  }
}
