// The screen of backup: which ways back there are, making them, and bringing a wallet here.
import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { Working } from '../parts/parts.tsx'
import { backedUp, backupState, hasBackup, saveNews, type BackupState } from './backup-state.ts'
import { ConnectDevice } from './connect-device.tsx'
import { asBackupFile, readBackupFile } from './backup-file.ts'
import { seedOf } from './own-seed.ts'
import { Restore } from './restore.tsx'
import { keepByPasskey } from './passkey.ts'
import { knowsPasskeys } from './webauthn.ts'
import { WordsBackup } from './words-backup.tsx'
import { defaultUnit, sentence, type ScreenProps, type WayProps } from './words.ts'

export function Backup(props: ScreenProps) {
  const { db, screens, wallet, address, reading } = props
  const texts = screens.backup
  const [state, setState] = useState<BackupState>()
  const look = () => backupState(db).then(setState)
  useEffect(() => void look(), [db])
  const balance = useStore(wallet.$balance)[defaultUnit]
  const arrival = useStore(address.$arrival)
  const holds = (balance?.spendable ?? 0) + (balance?.lent ?? 0) > 0
  const empty = reading === 'done' && !holds && state !== undefined && !hasBackup(state)
  const restoreFirst = empty || arrival?.kind === 'pair'
  const ways = { ...props, look, state: state ?? {} }
  return (
    <section class="backup">
      <h1 tabIndex={-1}>{texts.title}</h1>
      <p class="lead">{texts.why}</p>
      {/* By its key it is moved, and goes on with what it does. */}
      {restoreFirst && <Restore key="restore" {...props} />}
      {state && <Standing {...ways} />}
      {knowsPasskeys() && <PasskeyBackup {...ways} />}
      <WordsBackup {...ways} />
      <ConnectDevice {...props} />
      <FileBackup {...props} />
      {!restoreFirst && <Restore key="restore" {...props} />}
    </section>
  )
}

function Standing({ state, screens, words, wallet, db, mints, look }: WayProps) {
  const texts = screens.backup
  const [said, setSaid] = useState<string>()
  const save = async () => {
    setSaid(texts.saving)
    try {
      await saveNews(wallet, db, mints[0])
      setSaid(undefined)
      await look()
    } catch (error) {
      setSaid(sentence(error, words))
    }
  }
  const when = (ms: number) => new Date(ms).toLocaleString(words.language, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <div class={hasBackup(state) ? 'standing good' : 'standing'} data-backup={hasBackup(state) ? 'yes' : 'no'}>
      {state.passkeyMs !== undefined && <p>{texts.statePasskey}</p>}
      {state.wordsMs !== undefined && <p>{texts.stateWords}</p>}
      {!hasBackup(state) && <p>{texts.stateNone}</p>}
      {state.savedMs !== undefined && <p class="muted">{texts.saved(when(state.savedMs))}</p>}
      {hasBackup(state) && (
        <button type="button" class="small" onClick={() => void save()}>
          {texts.saveNow}
        </button>
      )}
      <p role="status">{said}</p>
    </div>
  )
}

function PasskeyBackup({ screens, words, wallet, db, mints, look, state }: WayProps) {
  const texts = screens.backup
  const [said, setSaid] = useState<string>()
  const [busy, setBusy] = useState<'busy' | undefined>()
  const make = async () => {
    setBusy('busy')
    setSaid(undefined)
    try {
      const ended = await keepByPasskey(await seedOf(db), mints[0] ?? '', texts.passkeyName)
      setSaid({ done: texts.passkeyDone, stopped: texts.passkeyStopped, unable: texts.passkeyCannot }[ended])
      if (ended === 'done') {
        await backedUp(db, 'passkey')
        await look()
        await saveNews(wallet, db, mints[0]).then(look)
      }
    } catch (error) {
      setSaid(sentence(error, words))
    }
    setBusy(undefined)
  }
  return (
    <section class="panel" data-way="passkey">
      <h2>{texts.passkey}</h2>
      <p>{texts.passkeyWhy}</p>
      <button
        type="button"
        class={hasBackup(state) ? '' : 'main'}
        disabled={busy !== undefined}
        onClick={() => void make()}
      >
        {texts.passkeyMake}
      </button>
      {busy && <Working text={texts.passkeyWorking} />}
      <p role="status">{said}</p>
    </section>
  )
}

function FileBackup({ screens, words, db, wallet }: ScreenProps) {
  const texts = screens.backup
  const [said, setSaid] = useState<string>()
  const trying = (run: () => Promise<string | undefined>) =>
    void run().then(setSaid, (error: unknown) => setSaid(sentence(error, words)))
  const read = (input: HTMLInputElement) =>
    trying(async () => {
      const file = input.files?.[0]
      if (!file) return undefined
      const purchases = await readBackupFile(db, file)
      await wallet.start()
      return texts.fileRead(purchases)
    })
  return (
    <section class="panel" data-way="file">
      <h2>{texts.file}</h2>
      <p>{texts.fileWhy}</p>
      <div class="row">
        <button type="button" onClick={() => trying(() => asBackupFile(db))}>
          {texts.fileSave}
        </button>
        <label class="button">
          {texts.fileLoad}
          <input
            type="file"
            accept=".json,.txt,application/json,text/plain"
            onChange={({ currentTarget }) => read(currentTarget)}
          />
        </label>
      </div>
      <p role="status">{said}</p>
    </section>
  )
}
