// Whether a device of the host is there. As a service the agent has a /dev of its own (PrivateDevices), so the kernel's and
// udev's own lists are asked too.
// Tested in test/agent/host/linux-host.test.ts.
import path from 'node:path';
import type { HostFiles } from './host-files.ts';

const CLASSES = '/sys/class';
const UDEV = '/run/udev/data';

export class DeviceNodes {
  readonly #files: HostFiles;
  /** Where each was found last: looked at first, as it is most likely there still. */
  readonly #places = new Map<string, string>();

  constructor(files: HostFiles) {
    this.#files = files;
  }

  /** `device` as in a document: `/dev/video0`, `/dev/serial/by-id/usb-…`. A directory is found in /dev alone. */
  isThere(device: string): boolean {
    const known = this.#places.get(device);
    if (known !== undefined && this.#files.exists(known)) return true;
    const place = this.#find(device);
    if (place === null) this.#places.delete(device);
    else this.#places.set(device, place);
    return place !== null;
  }

  #find(device: string): string | null {
    if (this.#files.exists(device)) return device;
    const name = path.posix.relative('/dev', device);
    return name.includes('/') ? this.#findLink(name) : this.#findInClass(name);
  }

  #findInClass(name: string): string | null {
    const places = this.#files.list(CLASSES).map((kind) => `${CLASSES}/${kind}/${name}`);
    return places.find((place) => this.#files.exists(place)) ?? null;
  }

  /** A line `S:serial/by-id/usb-…` in the file of the device that the link leads to. */
  #findLink(name: string): string | null {
    const places = this.#files.list(UDEV).map((file) => `${UDEV}/${file}`);
    const isOf = (place: string): boolean =>
      (this.#files.read(place) ?? '').split('\n').includes(`S:${name}`);
    return places.find(isOf) ?? null;
  }
}
