/** Everything that the wallet loads when it is first needed, loaded before the first run: so that the first is like the others. */
import '../src/actions/fresh-offer.ts'
import '../src/actions/make-site-key.ts'
import '../src/actions/reopen.ts'
import '../src/actions/requested-mints.ts'
import '../src/actions/settle.ts'
import '../src/clients/mint.ts'
import '../src/curve/direct.ts'
import '../src/minting.ts'
