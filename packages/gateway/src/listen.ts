import type { Server } from 'node:http';
import { AppError, isErrnoException } from '@matrix-os/kit';

/** @throws AppError naming the variable to change when the address can't be had */
export const listen = (server: Server, options: { port: number; address: string }): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(listenFailure(error, options.port, options.address));
    server.once('error', fail);
    server.listen(options.port, options.address, () => {
      server.off('error', fail);
      resolve();
    });
  });

const listenFailure = (error: Error, port: number, address: string): unknown => {
  if (isErrnoException(error, 'EADDRINUSE'))
    return new AppError(
      'conflict',
      `Port ${port} is in use. Stop what listens there, or choose another one with PORT=${port + 1}.`,
      { cause: error },
    );
  if (isErrnoException(error, 'EACCES'))
    return new AppError(
      'forbidden',
      `Port ${port} needs more rights. Choose one above 1024 with PORT=4000.`,
      {
        cause: error,
      },
    );
  if (isErrnoException(error, 'EADDRNOTAVAIL'))
    return new AppError('invalid_input', `This machine has no address ${address}. Change MATRIX_BIND.`, {
      cause: error,
    });
  return error;
};
