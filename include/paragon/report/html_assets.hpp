// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

#include "../core/compiler_flags.hpp"

/// The fixed parts of the HTML report: its style and its script. Nothing in them loads anything.
namespace paragon::inline PARAGON_ISA::report::detail {

inline constexpr std::string_view page_style = R"css(
:root{color-scheme:light dark;--page:#f4f6f9;--soft:#eef1f5;--edge:#dde2e9;--accent:#2468de;--shadow:0 1px 2px #1b233014}
@media(prefers-color-scheme:dark){:root{--page:#0e1218;--soft:#1d242e;--edge:#2b3441;--accent:#6ea3ff;--shadow:none}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:1320px;margin:0 auto;padding:36px 24px 64px}
h1{font-size:26px;line-height:1.2;letter-spacing:-.01em;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:18px;margin:40px 0 12px;display:flex;flex-wrap:wrap;align-items:baseline;gap:0 10px}
h2 small{font-weight:400;font-size:14px;color:var(--muted)}
p{margin:0 0 8px}.lead{color:var(--muted);max-width:70ch}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(150px,100%),1fr));gap:12px;margin:24px 0 0;padding:0}
.facts div,.card,.sheet{background:var(--surface);border:1px solid var(--edge);border-radius:10px;box-shadow:var(--shadow)}
.facts div{padding:12px 16px}.facts dt{font-size:13px;color:var(--muted)}
.facts dd{margin:0;font-size:22px;font-weight:600;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.facts dd small{font-size:13px;font-weight:400;color:var(--muted);letter-spacing:0}
.key{display:flex;flex-wrap:wrap;gap:6px 22px;align-items:center;font-size:13px;color:var(--muted);margin:28px 0 -20px}
.key span{display:inline-flex;align-items:center;gap:7px}
.key i{display:inline-block}.ramp{width:84px;height:10px;border-radius:5px}
.truthline{width:22px;border-top:2px solid var(--truth)}.randommark{font:600 15px/1 system-ui,sans-serif;color:var(--random)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(288px,100%),1fr));gap:14px}
.cards.medium{grid-template-columns:repeat(auto-fill,minmax(min(360px,100%),1fr))}.cards.wide{grid-template-columns:minmax(0,1fr)}
.cards+.sheet,.sheet+.cards{margin-top:14px}
.card{padding:12px 12px 6px;margin:0;min-width:0}
.card header{display:flex;align-items:baseline;gap:8px;padding:0 2px 6px}
.card h3{font-size:14px;margin:0;overflow-wrap:anywhere}
.card .score{margin-left:auto;font-size:13px;color:var(--muted);white-space:nowrap;font-variant-numeric:tabular-nums}
.card .score b{color:var(--ink);font-weight:600}
.card button{all:unset;display:block;width:100%;cursor:zoom-in;border-radius:6px}
.card button:focus-visible,.close:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
svg.front{display:block;width:100%;height:auto}
.point.on{stroke:var(--ink);stroke-width:2}
.sheet{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:6px 14px;text-align:right;white-space:nowrap;border-top:1px solid var(--edge)}
th:first-child,td:first-child{text-align:left}
thead th{border-top:0;color:var(--muted);font-weight:500;font-size:13px;vertical-align:bottom}
tbody th{font-weight:500}tr.mean th,tr.mean td{font-weight:600;background:var(--soft)}
td.bar{width:34%;min-width:180px;padding-right:18px}td.bar svg{display:block;width:100%;height:16px}
.tag{font-size:12px;color:var(--muted);font-weight:400;margin-left:8px}
.settings{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(260px,100%),1fr));gap:0 28px;margin:0;padding:8px 18px}
.settings div{display:flex;gap:14px;justify-content:space-between;padding:6px 0;border-bottom:1px solid var(--grid)}
.settings dt{color:var(--muted)}.settings dd{margin:0;text-align:right;overflow-wrap:anywhere}
#tip{position:fixed;z-index:5;pointer-events:none;width:268px;padding:12px 14px;background:var(--surface);color:var(--ink);border:1px solid var(--edge);border-radius:10px;box-shadow:0 8px 28px #0003;font-size:13px;display:none}
.what{display:grid;grid-template-columns:auto 1fr;gap:2px 14px;margin:0 0 8px}.what dt{color:var(--muted)}
.what dd{margin:0;text-align:right;font-weight:600;font-variant-numeric:tabular-nums}
.cell{display:block;width:100%;height:auto}.code{font:11px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--muted);overflow-wrap:anywhere}
.cell .node{fill:var(--soft);stroke:var(--axis)}.cell text{font:10px system-ui,sans-serif;fill:var(--ink);text-anchor:middle}
.cell .op{paint-order:stroke;stroke:var(--surface);stroke-width:4px;stroke-linejoin:round}
.cell path{fill:none;stroke-linecap:round}
dialog{width:min(1180px,94vw);max-height:92vh;padding:0;border:1px solid var(--edge);border-radius:14px;background:var(--surface);color:var(--ink)}
dialog::backdrop{background:#0a0e1499}
dialog>header{display:flex;align-items:center;gap:14px;padding:16px 20px 4px}dialog h2{margin:0}
.close{all:unset;margin-left:auto;cursor:pointer;padding:4px 12px;border-radius:8px;background:var(--soft);font-size:14px}
.split{display:grid;grid-template-columns:minmax(0,1fr) 340px;grid-template-areas:"chart side" "chart rows";grid-template-rows:auto 1fr;gap:12px 24px;padding:8px 20px 20px;align-items:start}
.split.wide{grid-template-columns:minmax(0,1fr) 280px;grid-template-areas:"chart chart" "rows side"}
.large{grid-area:chart}.side{grid-area:side;min-height:270px}.split .sheet{grid-area:rows}
.large svg.front{font-size:6px}.large svg.front line,.large svg.front path{vector-effect:non-scaling-stroke}
.large .point{r:2.4px;stroke-width:.7}.large .random{stroke-width:.7}.large .point.on{stroke-width:1.2}
.wide .large svg.front{font-size:11px}.wide .large .point{r:4px;stroke-width:1}.wide .large .random{stroke-width:1.2}
.split .sheet{position:relative;max-height:270px;overflow:auto;border-radius:8px;box-shadow:none}.split table{font-size:13px}
.cards.wide button{overflow-x:auto}.cards.wide svg.front{min-width:840px}
.split th,.split td{padding:3px 12px}.split tbody tr.on{background:var(--soft)}
.split thead th{position:sticky;top:0;background:var(--surface)}
.swatch{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:8px}
footer{margin-top:48px;font-size:13px;color:var(--muted)}
@media(max-width:760px){main{padding:24px 14px 48px}.split,.split.wide{grid-template-columns:minmax(0,1fr);grid-template-areas:"chart" "side" "rows"}.large svg.front{font-size:10px}.large .point{r:3.6px}.wide .large{overflow-x:auto}.wide .large svg.front{min-width:760px}dialog{width:98vw}th,td{padding:6px 10px}}
@media print{@page{size:A4;margin:11mm}
:root{color-scheme:light;--surface:#fff;--page:#fff;--soft:#eef1f5;--edge:#ccd2da;--ink:#1b2330;--muted:#4b5564;--grid:#e9ecf1;--axis:#9aa4b1;--random:#8f99a6;--truth:#0c8f73;--accent:#2468de;--shadow:none}
body{font-size:9px;line-height:1.3}main{padding:0;max-width:none}h1{font-size:16px}h2{font-size:11px;margin:9px 0 4px;break-after:avoid}h2 small,.lead{font-size:9px}p{margin:0 0 3px}
.facts{grid-template-columns:repeat(6,1fr);gap:4px;margin:6px 0 0}.facts div{padding:3px 6px}.facts dt,.facts dd small{font-size:8px}.facts dd{font-size:12px}
.key{margin:8px 0 -4px;font-size:8px;gap:2px 12px}.key .hint{display:none}
.cards{grid-template-columns:repeat(5,1fr);gap:4px}.cards.medium{grid-template-columns:repeat(3,1fr)}.cards.wide{grid-template-columns:1fr 1fr}
.card{padding:3px 3px 0;break-inside:avoid}.card header{padding:0 1px 1px;gap:3px}.card h3{font-size:8px}.card .score{font-size:7px}.card button{cursor:auto}
.cards.wide button{overflow:visible}.cards.wide svg.front{min-width:0}.code{font-size:7px}
.sheet{overflow:visible}table,.tag{font-size:8px}thead th{font-size:7px;white-space:normal}th,td{padding:1px 5px}tr{break-inside:avoid}td.bar{width:20%;min-width:60px;padding-right:5px}td.bar svg{height:10px}
.settings{grid-template-columns:repeat(3,1fr);gap:0 12px;padding:2px 6px}.settings div{padding:1px 0}
#tip,dialog{display:none}footer{margin-top:8px;font-size:8px}}
)css";

inline constexpr std::string_view page_script = R"js(
(function(){"use strict";
const data=JSON.parse(document.getElementById("data").textContent);
const tip=document.getElementById("tip"),dialog=document.getElementById("zoom");
const NS="http://www.w3.org/2000/svg";
function el(name,text,cls){const e=document.createElement(name);if(text!==undefined)e.textContent=text;if(cls)e.className=cls;return e}
function sv(name,set,text){const e=document.createElementNS(NS,name);for(const k in set)e.setAttribute(k,set[k]);if(text!==undefined)e.textContent=text;return e}
const looks={skip_connect:["skip","var(--axis)",1.4,"4 3"],nor_conv_1x1:["1\u00d71","#d4761c",2,""],nor_conv_3x3:["3\u00d73","#2468de",3.4,""],avg_pool_3x3:["pool","#0c8f73",2,"1 4"]};
function edges(text){
  const found=[];const parts=text.split("+");
  if(parts.length!==3)return null;
  for(let n=0;n<3;n++){const ops=parts[n].split("|").slice(1,-1);if(ops.length!==n+1)return null;
    for(let k=0;k<=n;k++){const m=/^([a-z0-9_]+)~(\d)$/.exec(ops[k]);if(!m||+m[2]!==k)return null;found.push([k,n+1,m[1]])}}
  return found.every(e=>e[2]==="none"||looks[e[2]])?found:null}
function cell(text){
  const list=edges(text);if(!list)return null;
  const at=[[16,66],[92,28],[148,104],[224,66]],names=["in","1","2","out"];
  const bend={"0-1":0,"0-2":0,"1-2":0,"1-3":0,"2-3":0,"0-3":0};
  const route={"0-1":"M16 66Q46 28 92 28","0-2":"M16 66Q50 104 148 104","1-2":"M92 28L148 104","0-3":"M16 66L224 66","1-3":"M92 28Q180 22 224 66","2-3":"M148 104Q194 104 224 66"};
  const mark={"0-1":[45,39],"0-2":[70,101],"1-2":[110,52],"0-3":[176,70],"1-3":[168,37],"2-3":[193,99]};
  const svg=sv("svg",{viewBox:"0 0 240 128",class:"cell",role:"img","aria-label":"cell graph"});
  for(const[a,b,op]of list){if(op==="none")continue;const l=looks[op],k=a+"-"+b;
    svg.append(sv("path",{d:route[k],style:"stroke:"+l[1]+";stroke-width:"+l[2]+(l[3]?";stroke-dasharray:"+l[3]:"")}))}
  for(const[a,b,op]of list){if(op==="none")continue;const k=a+"-"+b;svg.append(sv("text",{x:mark[k][0],y:mark[k][1],class:"op"},looks[op][0]))}
  at.forEach((p,i)=>{svg.append(sv("circle",{cx:p[0],cy:p[1],r:i%3?9:13,class:"node"}));svg.append(sv("text",{x:p[0],y:p[1]+3.5},names[i]))});
  return svg}
function facts(point){
  const box=el("div"),list=el("dl",undefined,"what");
  point.values.forEach((v,m)=>{list.append(el("dt",data.objectives[m]),el("dd",v))});
  if(point.preference){list.append(el("dt","preference"),el("dd",point.preference))}
  const drawing=cell(point.architecture);
  box.append(list);if(drawing)box.append(drawing);box.append(el("div",point.architecture,"code"));
  return box}
function nearest(svg,event){
  let best=null,range=26*26;
  for(const c of svg.querySelectorAll(".point")){const b=c.getBoundingClientRect(),dx=b.x+b.width/2-event.clientX,dy=b.y+b.height/2-event.clientY,d=dx*dx+dy*dy;
    if(d<range){range=d;best=c}}
  return best}
let lit=[];
function light(root,index){
  lit.forEach(e=>e.classList.remove("on"));lit=[];
  if(index===null)return;
  lit=[...root.querySelectorAll('[data-i="'+index+'"]')];lit.forEach(e=>{e.classList.add("on");if(e.tagName==="circle")e.parentNode.append(e)})}
function hide(){tip.style.display="none";light(document,null)}
function show(point,x,y){
  tip.replaceChildren(facts(point));tip.style.display="block";
  const w=tip.offsetWidth,h=tip.offsetHeight;
  tip.style.left=Math.max(8,x+18+w>innerWidth?x-w-18:x+18)+"px";tip.style.top=Math.max(8,Math.min(y-h/2,innerHeight-h-8))+"px"}
document.querySelectorAll(".card").forEach(card=>{
  const device=data.devices[+card.dataset.device],svg=card.querySelector("svg"),button=card.querySelector("button");
  if(!svg)return;
  svg.addEventListener("pointermove",event=>{const c=nearest(svg,event);if(!c){hide();return}light(card,c.dataset.i);show(device.points[+c.dataset.i],event.clientX,event.clientY)});
  svg.addEventListener("pointerleave",hide);
  button.addEventListener("click",()=>open(device,svg))});
function open(device,svg){
  hide();
  const wide=data.objectives.length>2,head=el("header"),title=el("h2",device.name),close=el("button","Close","close");
  title.append(el("small",device.note));close.type="button";close.addEventListener("click",()=>dialog.close());head.append(title,close);
  const large=el("div",undefined,"large"),copy=svg.cloneNode(true);large.append(copy);
  const split=el("div",undefined,"split"+(wide?" wide":"")),sheet=el("div",undefined,"sheet"),side=el("div",undefined,"side"),table=el("table");
  const row=el("tr");["preference",...data.objectives].forEach(t=>row.append(el("th",t)));
  const thead=el("thead");thead.append(row);const tbody=el("tbody");
  device.points.forEach((p,i)=>{const tr=el("tr");tr.dataset.i=i;const first=el("td",p.preference||"\u2013");
    const dot=el("span",undefined,"swatch");dot.style.background=p.colour;first.prepend(dot);tr.append(first);
    p.values.forEach(v=>tr.append(el("td",v)));tr.addEventListener("pointerenter",()=>pick(i));tbody.append(tr)});
  table.append(thead,tbody);sheet.append(table);split.append(large,side,sheet);
  function pick(i){light(dialog,i);side.replaceChildren(facts(device.points[i]))}
  copy.addEventListener("pointermove",event=>{const c=nearest(copy,event);if(!c)return;pick(+c.dataset.i);
    const tr=tbody.children[+c.dataset.i];sheet.scrollTop=tr.offsetTop-sheet.clientHeight/2});
  dialog.replaceChildren(head,split);dialog.showModal();
  const start=Math.floor(device.points.length/2);
  if(device.points.length){pick(start);sheet.scrollTop=tbody.children[start].offsetTop-sheet.clientHeight/2}}
dialog.addEventListener("click",event=>{if(event.target===dialog)dialog.close()});
})();
)js";

}  // namespace paragon::report::detail
