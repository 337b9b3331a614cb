declare module "*.wasm" {
  const path: string;
  export default path;
}
declare module "cytoscape-edgehandles";
