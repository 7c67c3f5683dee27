import Image from "next/image";
import lake from "./lake.jpg";

/** A page with a picture that OpenNext resizes by the binding, at `/_next/image`. */
export default function Page() {
  return <Image src={lake} alt="A lake" width={400} />;
}
