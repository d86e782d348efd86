import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataFolder, emptyDataFolder } from './data-folder/data-folder.ts';
import { keysFile, loadLocalSecrets } from './data-folder/keys.ts';
import { exists } from './lib/exists.ts';
import { clusterFolder, findPostgresHome } from './postgres/home.ts';
import { stopStalePostmaster } from './postgres/stale-postmaster.ts';

/** Empties a data folder, wherever its database lies. The caller holds the folder's lock. */
export async function resetDataFolder(folder: DataFolder): Promise<void> {
  if (await exists(join(folder.path, keysFile))) {
    const { jwtSecret } = await loadLocalSecrets(folder.path).catch(() => ({ jwtSecret: '' }));
    const home = await findPostgresHome({ dataDir: folder.path, user: folder.user, secret: jwtSecret });
    await stopStalePostmaster(clusterFolder(home));
    if (home !== folder.path) await rm(home, { recursive: true, force: true });
  }
  await emptyDataFolder(folder);
}
