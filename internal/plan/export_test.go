package plan

// Merge brings what one hand made of base together with what stands now.
var Merge = merge
