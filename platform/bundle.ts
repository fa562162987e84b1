/** placeholder until the platform room is done */
export async function bundlePlatform(_out: string): Promise<void> { throw new Error('not yet'); }
