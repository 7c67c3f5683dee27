// What is used of a package that has no types of its own.

declare module "workerd" {
  const workerd: {
    /** The path of the program. */
    default: string;
  };
  export default workerd;
}
