import { DesktopPage } from '../desktop/desktop-page.tsx';

export default function Page() {
  return <DesktopPage />;
}
